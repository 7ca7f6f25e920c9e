package dev.microgpt.documents;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A terminal: one bash, in which the variables and files of one snippet are there for the next.
final class Shell implements AutoCloseable {

    private static final int TIMEOUT_SECONDS = 60;

    /// Printed after each snippet, with 1 if one of its commands has failed.
    private static final String END = "--- end of snippet ";

    private final Process process;
    private final Writer input;
    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final Path errors;

    /// @param directory in which it starts
    Shell(Path directory, Map<String, String> environment) throws IOException {
        errors = directory.resolve("errors.txt");
        ProcessBuilder builder =
                new ProcessBuilder("bash")
                        .directory(directory.toFile())
                        .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        process = builder.start();
        input = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofPlatform().name("shell").daemon().start(this::readOutput);
        input.write("trap 'failed=1' ERR\n");
    }

    private void readOutput() {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                output.add(line);
            }
        } catch (IOException _) {
            // The shell has been closed. If it has not, whoever waits for output says so.
        }
    }

    /// Runs commands, and returns what they print to standard output.
    ///
    /// @param where the commands are shown, for messages
    /// @throws AssertionError if one of them fails, or they take too long
    String run(String where, String commands) throws IOException, InterruptedException {
        input.write("failed=0\n%s\nprintf '\\n%s%%s\\n' $failed\n".formatted(commands, END));
        input.flush();
        StringBuilder printed = new StringBuilder();
        while (true) {
            String line = output.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError(where + ": no end after\n" + printed + stderr());
            }
            if (line.startsWith(END)) {
                if (!line.endsWith("0")) {
                    throw new AssertionError(where + ": a command fails\n" + printed + stderr());
                }
                return printed.toString().strip();
            }
            printed.append(line).append('\n');
        }
    }

    private String stderr() throws IOException {
        return Files.readString(errors);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
