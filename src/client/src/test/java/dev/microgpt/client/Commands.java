package dev.microgpt.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs commands in a directory, one after another.
///
/// @param environment variables that all of them have
record Commands(Path directory, Map<String, String> environment) {

    private static final int SECONDS = 300;

    /// Runs a command, and returns what it prints.
    ///
    /// @param variables that this command has as well
    /// @throws IOException if there is no such command
    /// @throws AssertionError if it fails, or takes too long
    String run(Map<String, String> variables, String... command)
            throws IOException, InterruptedException {
        Path output = directory.resolve("output.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            assertThat(ended && process.exitValue() == 0)
                    .as("%s:%n%s", String.join(" ", command), Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }
}
