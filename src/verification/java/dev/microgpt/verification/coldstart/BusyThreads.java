package dev.microgpt.verification.coldstart;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Threads that keep the CPUs busy for a limited time.
final class BusyThreads implements AutoCloseable {

    private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

    private final long deadline;
    private final List<Thread> threads;
    private volatile boolean isOver;

    /// @param seconds the time after which they end by themselves
    BusyThreads(int count, int seconds) {
        deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        threads =
                IntStream.range(0, count)
                        .mapToObj(_ -> Thread.ofPlatform().name("busy").daemon().start(this::spin))
                        .toList();
    }

    private void spin() {
        while (!isOver && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        isOver = true;
        try {
            for (Thread thread : threads) {
                thread.join(END_TIMEOUT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
