package dev.microgpt.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A Java process of its own, for what one process can see only once, such as its flags.
public final class ChildJvm {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private ChildJvm() {}

    /// Runs a main class of the tests and waits for its end.
    ///
    /// @param flags of the JVM
    /// @return what it printed, of standard output and standard error
    /// @throws AssertionError if it fails, or takes too long
    public static String run(Class<?> main, String... flags) throws IOException {
        return run(Map.of(), main, flags);
    }

    /// The same with variables of the environment besides those of this process.
    public static String run(Map<String, String> environment, Class<?> main, String... flags)
            throws IOException {
        try (Running child = start(environment, main, List.of(flags))) {
            if (child.awaitEnd(TIMEOUT) != 0) {
                throw new AssertionError(main.getName() + " failed:\n" + child.printed());
            }
            return child.printed();
        }
    }

    /// Starts a main class of the tests.
    ///
    /// @param flags of the JVM
    public static Running start(Class<?> main, List<String> flags, String... arguments)
            throws IOException {
        return start(Map.of(), main, flags, arguments);
    }

    private static Running start(
            Map<String, String> environment, Class<?> main, List<String> flags, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
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

    /// One that was started, and is ended with force when it is closed.
    public static final class Running implements AutoCloseable {

        private final Process process;
        private final Path output;

        private Running(Process process, Path output) {
            this.process = process;
            this.output = output;
        }

        /// What it has printed so far, of standard output and standard error.
        public String printed() throws IOException {
            return Files.readString(output);
        }

        /// Asks it to end in good order (SIGTERM).
        public void askToStop() {
            process.destroy();
        }

        /// Waits for its end.
        ///
        /// @return its exit status
        /// @throws AssertionError if it takes too long
        public int awaitEnd(Duration time) throws IOException {
            try {
                if (!process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("it does not end:\n" + printed());
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
