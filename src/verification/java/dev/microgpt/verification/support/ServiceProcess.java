package dev.microgpt.verification.support;

import static java.lang.System.err;

import dev.microgpt.MicroGptApplication;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The service in a JVM of its own, on a free local port. It ends no later than this JVM.
public final class ServiceProcess implements AutoCloseable {

    private static final Pattern ENTRY = Pattern.compile("\\d{4}-"); // other lines are stack traces
    private static final Pattern STARTED = Pattern.compile("Tomcat started on ports? (\\d+)");
    private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");
    private static final int START_SECONDS = 120;
    private static final int STOP_SECONDS = 20;
    private static final int JCMD_SECONDS = 60;
    private static final int KEPT_LINES = 100;

    private final Process process;
    private final Thread stopAtExit = new Thread(this::stop, "stop-service");
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final ArrayDeque<String> lastLines = new ArrayDeque<>();
    private final Thread log = new Thread(this::readLog, "service-log");
    private final @Nullable PrintStream file;
    private int errors;
    private boolean isError; // whether the last entry of the log is

    private ServiceProcess(Process process, @Nullable PrintStream file) {
        this.process = process;
        this.file = file;
        Runtime.getRuntime().addShutdownHook(stopAtExit);
        log.setDaemon(true);
        log.start();
    }

    /// Starts the service with a new data directory, and waits until it accepts calls.
    ///
    /// @param heap the maximum heap size, in MB
    /// @param options command-line options of the service, like `--microgpt.limits.sessions=2`
    public static ServiceProcess start(int heap, List<String> options)
            throws IOException, InterruptedException {
        Path data = Path.of("target", "data", UUID.randomUUID().toString());
        ServiceProcess service = launch(heap, data, options);
        service.awaitStart();
        return service;
    }

    /// Starts the service without waiting until it accepts calls.
    ///
    /// @param heap the maximum heap size, in MB
    /// @param data the directory in which it stores its sessions
    /// @param options command-line options of the service, like `--microgpt.limits.sessions=2`
    public static ServiceProcess launch(int heap, Path data, List<String> options)
            throws IOException {
        List<String> all = new ArrayList<>();
        all.addAll(List.of("--server.port=0", "--server.address=127.0.0.1"));
        all.add("--microgpt.data-dir=" + data);
        all.addAll(options);
        return new ServiceProcess(launch(List.of(), heap, all), null);
    }

    /// Starts the service without waiting until it accepts calls, and appends its log to a file.
    ///
    /// @param wrapper a command that executes the one after it, such as `ip netns exec`; empty for none
    /// @param heap the maximum heap size, in MB
    /// @param options all command-line options of the service
    public static ServiceProcess launch(
            List<String> wrapper, int heap, Path log, List<String> options) throws IOException {
        PrintStream file =
                new PrintStream(
                        new FileOutputStream(log.toFile(), true), true, StandardCharsets.UTF_8);
        return new ServiceProcess(launch(wrapper, heap, options), file);
    }

    private static Process launch(List<String> wrapper, int heap, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.add(BIN.resolve("java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Xmx" + heap + "m");
        command.addAll(List.of("-cp", classPath(), MicroGptApplication.class.getName()));
        command.add("--microgpt.demo=false");
        command.addAll(options);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /// Waits until the service accepts calls.
    ///
    /// @throws IOException if it does not start in time
    public void awaitStart() throws IOException, InterruptedException {
        try {
            port.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new IOException("the service did not start; its log:\n" + log(), e);
        } catch (InterruptedException e) {
            close();
            throw e;
        }
    }

    /// Returns the class path of this JVM without the test classes, in which the service would scan for
    /// components.
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private void readLog() {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                add(line);
                Matcher matcher = STARTED.matcher(line);
                if (matcher.find()) {
                    port.complete(Integer.valueOf(matcher.group(1)));
                }
            }
        } catch (IOException e) {
            add(e.toString());
        }
        port.completeExceptionally(new IOException("the service has exited"));
        if (file != null) {
            file.close();
        }
    }

    private synchronized void add(String line) {
        lastLines.add(line);
        if (lastLines.size() > KEPT_LINES) {
            lastLines.remove();
        }
        if (ENTRY.matcher(line).lookingAt()) {
            isError = line.contains(" ERROR ");
            errors += isError ? 1 : 0;
        }
        if (file != null) {
            file.println(line);
        } else if (isError) {
            err.println(line);
        }
    }

    /// Returns the last lines of the log.
    public synchronized String log() {
        return String.join("\n", lastLines);
    }

    /// Returns how many lines of the log are errors.
    public synchronized int errors() {
        return errors;
    }

    public int port() {
        return port.join();
    }

    /// Returns the CPU time that the process has used so far.
    public Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    public long pid() {
        return process.pid();
    }

    /// Collects garbage, and returns what is left on the heap.
    public HeapUse heap() throws InterruptedException {
        return HeapUse.of(histogram());
    }

    /// Collects garbage, and returns the class histogram that `jcmd GC.class_histogram` prints.
    public String histogram() throws InterruptedException {
        String[] jcmd = {
            BIN.resolve("jcmd").toString(), String.valueOf(process.pid()), "GC.class_histogram"
        };
        try {
            Process histogram = new ProcessBuilder(jcmd).redirectErrorStream(true).start();
            byte[] output = histogram.getInputStream().readAllBytes();
            histogram.waitFor(JCMD_SECONDS, TimeUnit.SECONDS);
            return new String(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Requests an orderly shutdown (SIGTERM) without waiting for it.
    public void requestStop() {
        process.destroy();
    }

    /// Waits until the process has ended.
    ///
    /// @return whether it has ended in time
    public boolean awaitExit(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// Kills the process as a crash would (SIGKILL), and waits until it has ended and its log is read.
    ///
    /// @throws IOException if it does not end in time
    public void kill() throws IOException, InterruptedException {
        if (!process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(
                    "process %d did not end within %d s".formatted(process.pid(), STOP_SECONDS));
        }
        log.join(Duration.ofSeconds(STOP_SECONDS));
        close();
    }

    @Override
    public void close() {
        stop();
        Runtime.getRuntime().removeShutdownHook(stopAtExit);
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
