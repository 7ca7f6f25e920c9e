package dev.microgpt.verification.coldstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The packaged service in a process of its own, on a free local port. It ends no later than this JVM.
public final class PackagedService implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Pattern JAR = Pattern.compile("microgpt-server-[^-]+(-SNAPSHOT)?\\.jar");
    private static final int START_SECONDS = 300;
    private static final int STOP_SECONDS = 20;

    private final Process process;
    private final Path log;
    private final int port;
    private final Thread killAtExit;

    private PackagedService(Process process, Path log) throws IOException, InterruptedException {
        this.process = process;
        this.log = log;
        killAtExit = new Thread(process::destroyForcibly, "kill-service");
        Runtime.getRuntime().addShutdownHook(killAtExit);
        port = awaitPort();
    }

    /// Starts a jar and waits until it accepts calls.
    ///
    /// @param directory for its data and its log
    /// @param options command-line options of the service, like `--microgpt.limits.sessions=2`
    public static PackagedService start(Path jar, Path directory, List<String> options)
            throws IOException, InterruptedException {
        Path log = directory.resolve("log.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-modules=jdk.incubator.vector");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of("--server.port=0", "--server.address=127.0.0.1"));
        command.addAll(List.of("--microgpt.demo=false"));
        command.add("--microgpt.data-dir=" + directory.resolve("data"));
        command.addAll(options);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        return new PackagedService(process, log);
    }

    /// Finds the jar of the service in the build directory.
    ///
    /// @throws IOException if there is none, or more than one
    public static Path jarIn(Path target) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            List<Path> jars =
                    files.filter(file -> JAR.matcher(file.getFileName().toString()).matches())
                            .toList();
            if (jars.size() != 1) {
                throw new IOException(
                        "expected one jar of the service in %s, but found %s; build it with ./mvnw package"
                                .formatted(target, jars));
            }
            return jars.getFirst();
        }
    }

    private int awaitPort() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (process.isAlive() && System.nanoTime() < deadline) {
            Matcher started = STARTED.matcher(log());
            if (started.find()) {
                return Integer.parseInt(started.group(1));
            }
            Thread.sleep(20);
        }
        close();
        throw new IOException("the service did not start; its log:\n" + log());
    }

    public int port() {
        return port;
    }

    /// Returns the log so far.
    public String log() throws IOException {
        return Files.readString(log);
    }

    /// Requests an orderly shutdown (SIGTERM).
    ///
    /// @return whether the process ended in time
    public boolean stopWithin(Duration timeout) throws InterruptedException {
        process.destroy();
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Stops the process, and kills it if it does not end in time.
    @Override
    public void close() {
        try {
            if (!stopWithin(Duration.ofSeconds(STOP_SECONDS))) {
                process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }
}
