package dev.microgpt.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A Java process of its own, for what one process can see only once, such as its flags.
public final class ChildJvm {

    private static final int TIMEOUT_SECONDS = 120;

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
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        Path output = Files.createTempFile("child", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            String printed = Files.readString(output);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(main.getName() + " failed:\n" + printed);
            }
            return printed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + main.getName(), e);
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(output);
        }
    }
}
