package dev.microgpt.verification.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A process with its log. It ends no later than this JVM.
final class LocalProcess implements AutoCloseable {

    private static final int STOP_SECONDS = 15;

    private final Process process;
    private final Path log;
    private final Thread killAtExit;

    private LocalProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        killAtExit = new Thread(process::destroyForcibly, "kill-process");
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    /// @param directory where it runs, and has its log
    static LocalProcess start(List<String> command, Map<String, String> environment, Path directory)
            throws IOException {
        Files.createDirectories(directory);
        Path log = directory.resolve("log.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new LocalProcess(builder.start(), log);
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Sends SIGTERM and waits for the end, which is forced after some time.
    ///
    /// @return how long it took
    Duration stop() throws InterruptedException {
        long start = System.nanoTime();
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void close() {
        try {
            var _ = stop();
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }
}
