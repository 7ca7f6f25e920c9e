package dev.microgpt.support;

import dev.microgpt.engine.ParallelRunner;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs the second of two tasks on another thread.
public final class TwoThreads implements ParallelRunner {

    private final AtomicInteger runs = new AtomicInteger();

    /// Returns how many pairs of tasks have been run.
    public int runs() {
        return runs.get();
    }

    @Override
    public boolean isParallel() {
        return true;
    }

    @Override
    public void runBoth(Runnable first, Runnable second) {
        runs.incrementAndGet();
        CompletableFuture<Void> other = CompletableFuture.runAsync(second);
        try {
            first.run();
        } finally {
            var _ = other.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }
}
