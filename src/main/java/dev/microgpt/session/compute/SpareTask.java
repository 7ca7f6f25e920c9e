package dev.microgpt.session.compute;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A part of a slice, for a compute thread that has nothing else to do.
final class SpareTask {

    /// How long the caller waits actively for the end, as both parts of a slice take about as long.
    private static final long ACTIVE_NANOS = 20_000;

    final String owner;
    private final Runnable work;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile @Nullable Throwable failure;

    /// @param owner the owner to whom its compute time is charged
    SpareTask(String owner, Runnable work) {
        this.owner = owner;
        this.work = work;
    }

    /// Executes the task. Does not throw.
    ///
    /// @return its duration in nanoseconds
    long run() {
        long start = System.nanoTime();
        try {
            work.run();
        } catch (Throwable e) { // the caller throws it
            failure = e;
        } finally {
            end.countDown();
        }
        return System.nanoTime() - start;
    }

    /// Waits until the task has been executed, even if the thread is interrupted, as the task uses what belongs to the
    /// caller's slice.
    void awaitEnd() {
        long start = System.nanoTime();
        while (end.getCount() > 0 && System.nanoTime() - start < ACTIVE_NANOS) {
            Thread.onSpinWait();
        }
        boolean isInterrupted = false;
        boolean hasEnded = false;
        while (!hasEnded) {
            try {
                hasEnded = end.await(1, TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Throws what the task has thrown, if it has.
    void requireSuccess() {
        switch (failure) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }
}
