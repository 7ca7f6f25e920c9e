package dev.microgpt.verification.coldstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
        List<String> command = new ArrayList<>(javaCommand());
        command.addAll(List.of("-jar", jar.toString()));
        return start(command, Map.of(), directory, options);
    }

    /// Starts a command that runs the service, and waits until it accepts calls.
    ///
    /// @param environment what the command gets in addition to the environment of this process
    /// @param directory for its data and its log
    /// @param options command-line options of the service
    public static PackagedService start(
            List<String> command,
            Map<String, String> environment,
            Path directory,
            List<String> options)
            throws IOException, InterruptedException {
        Path log = directory.resolve("log.txt");
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of("--server.port=0", "--server.address=127.0.0.1"));
        all.add("--microgpt.demo=false");
        all.add("--microgpt.data-dir=" + directory.resolve("data"));
        all.addAll(options);
        ProcessBuilder builder =
                new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new PackagedService(builder.start(), log);
    }

    /// Returns the command that starts the Java of this process with what the service needs.
    public static List<String> javaCommand() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED");
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

    public long pid() {
        return process.pid();
    }

    /// Returns the time that its threads have had of a processor.
    public Duration processorTime() {
        return process.info().totalCpuDuration().orElseThrow();
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

    /// Deletes the directory of a service that has stopped.
    public static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
