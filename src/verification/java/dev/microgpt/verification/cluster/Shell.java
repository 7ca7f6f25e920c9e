package dev.microgpt.verification.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs short commands of the operating system.
final class Shell {

    private static final int TIMEOUT_SECONDS = 10;

    private Shell() {}

    /// Runs a command, whose words are separated by blanks, and returns its output.
    ///
    /// @throws IOException if it fails, or does not end in time
    static String run(String command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(List.of(command.split(" ", -1)))
                        .redirectErrorStream(true)
                        .start();
        byte[] output = process.getInputStream().readAllBytes();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("'%s' did not end in time".formatted(command));
        }
        String text = new String(output, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            throw new IOException("'%s' failed: %s".formatted(command, text.strip()));
        }
        return text;
    }
}
