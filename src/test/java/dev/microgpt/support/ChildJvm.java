package dev.microgpt.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs main classes of the tests in a separate JVM, for tests that need other JVM flags or a fresh process.
public final class ChildJvm {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private ChildJvm() {}

    /// Runs a main class and waits for its end.
    ///
    /// @param flags JVM flags
    /// @return its standard output and standard error
    /// @throws AssertionError if it fails or takes too long
    public static String run(Class<?> main, String... flags) throws IOException {
        return run(Map.of(), main, flags);
    }

    /// Runs a main class with additional environment variables.
    public static String run(Map<String, String> environment, Class<?> main, String... flags)
            throws IOException {
        try (Running child = start(environment, main, List.of(flags))) {
            if (child.awaitEnd(TIMEOUT) != 0) {
                throw new AssertionError(main.getName() + " failed:\n" + child.printed());
            }
            return child.printed();
        }
    }

    /// Starts a main class.
    ///
    /// @param flags JVM flags
    public static Running start(Class<?> main, List<String> flags, String... arguments)
            throws IOException {
        return start(Map.of(), main, flags, arguments);
    }

    private static Running start(
            Map<String, String> environment, Class<?> main, List<String> flags, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC"); // the least work for a small heap
        command.addAll(flags);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("child", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return new Running(builder.start(), output);
    }

    /// A started process, which is killed when this is closed.
    public static final class Running implements AutoCloseable {

        private final Process process;
        private final Path output;

        private Running(Process process, Path output) {
            this.process = process;
            this.output = output;
        }

        /// Returns its standard output and standard error so far.
        public String printed() throws IOException {
            return Files.readString(output);
        }

        /// Returns the id of the process.
        public long pid() {
            return process.pid();
        }

        /// Requests an orderly shutdown (SIGTERM).
        public void askToStop() {
            process.destroy();
        }

        /// Waits for its end.
        ///
        /// @return its exit code
        /// @throws AssertionError if it takes too long
        public int awaitEnd(Duration time) throws IOException {
            try {
                if (!process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("the process did not end in time:\n" + printed());
                }
                return process.exitValue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for a child", e);
            }
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            Files.deleteIfExists(output);
        }
    }
}
