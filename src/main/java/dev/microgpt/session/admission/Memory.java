package dev.microgpt.session.admission;

import dev.microgpt.engine.InvalidInputException;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// The memory budget of sessions and large calls, based on estimates. What does not fit is rejected before it
/// is allocated. In a shortage, calls wait in line for the eviction of idle sessions. Thread-safe.
public final class Memory {

    /// Amounts of memory below this, in bytes, need not be counted.
    public static final long SMALL = 1 << 16;

    /// How long a call waits for memory, at most.
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// How long the first call in line waits for others to release memory before it tries to free some again.
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final long max;

    /// The calls that wait for memory, in the order of their arrival. The first holds the lock; nothing that
    /// releases memory needs it.
    private final ReentrantLock line = new ReentrantLock(true);

    private long used;
    private volatile Relief relief = (_, _) -> false;

    public Memory(Limits limits) {
        this(limits.memoryBytes());
    }

    Memory(long max) {
        this.max = max;
    }

    /// Frees memory when there is a shortage.
    public interface Relief {

        /// Frees some memory if possible, and waits until it is free.
        ///
        /// @param bytes how much is missing
        /// @param timeoutNanos how long to wait, at most
        /// @return whether some was freed or may soon be; false if trying again is in vain
        boolean free(long bytes, long timeoutNanos);
    }

    /// Sets what frees memory when there is a shortage.
    public void onShortage(Relief newRelief) {
        relief = newRelief;
    }

    /// Returns a new, empty share of the budget.
    public Share share() {
        return new Share();
    }

    /// Returns the memory that is reserved by all shares.
    public synchronized long used() {
        return used;
    }

    /// Returns whether less than an eighth of the budget is left, so that sessions should drop what they can do
    /// without. What they accumulate while they train must not keep calls out.
    public synchronized boolean isScarce() {
        return used > max - max / 8;
    }

    /// Returns whether a call waits behind another one.
    boolean hasWaiting() {
        return line.hasQueuedThreads();
    }

    private synchronized boolean take(long bytes) {
        if (bytes > 0 && used + bytes > max) {
            return false;
        }
        force(bytes);
        return true;
    }

    private synchronized void force(long bytes) {
        used += bytes;
        if (bytes < 0) {
            notifyAll();
        }
    }

    /// Tries to reserve memory; in a shortage, waits for it.
    ///
    /// @param attempt reserves the memory if it is available
    /// @param bytes how much it is
    /// @return whether it was available in time
    private boolean await(BooleanSupplier attempt, long bytes) {
        if (!line.isLocked() && attempt.getAsBoolean()) {
            return true;
        }
        long deadline = System.nanoTime() + MAX_WAIT_NANOS;
        try {
            if (!line.tryLock(MAX_WAIT_NANOS, TimeUnit.NANOSECONDS)) {
                return false;
            }
            try {
                return awaitAsFirst(attempt, bytes, deadline);
            } finally {
                line.unlock();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw SessionException.shuttingDown();
        }
    }

    private boolean awaitAsFirst(BooleanSupplier attempt, long bytes, long deadline)
            throws InterruptedException {
        while (!attempt.getAsBoolean()) {
            long remaining = deadline - System.nanoTime();
            if (remaining <= 0) {
                return false;
            }
            boolean isWorthWaiting = relief.free(missing(bytes), remaining);
            if (attempt.getAsBoolean()) {
                return true;
            }
            if (!isWorthWaiting) {
                return false;
            }
            awaitRelease(bytes);
        }
        return true;
    }

    private synchronized long missing(long bytes) {
        return used + bytes - max;
    }

    private synchronized void awaitRelease(long bytes) throws InterruptedException {
        long end = System.nanoTime() + RETRY_NANOS;
        for (long left = RETRY_NANOS;
                left > 0 && missing(bytes) > 0;
                left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /// The part of the budget that one session or call has reserved. Thread-safe.
    public final class Share implements AutoCloseable {

        private long bytes;
        private boolean closed;

        private Share() {}

        /// Reserves more memory if it is available; a negative amount gives memory back.
        ///
        /// @return whether it was available
        public synchronized boolean tryAdd(long more) {
            if (closed) {
                return more <= 0;
            }
            if (!take(more)) {
                return false;
            }
            bytes += more;
            return true;
        }

        /// Returns the size of the whole budget.
        public long budget() {
            return max;
        }

        /// Returns how much is reserved.
        public synchronized long bytes() {
            return bytes;
        }

        /// Reserves more memory. In a shortage, waits up to 5 seconds for the eviction of idle sessions. Must
        /// not be called on a compute thread, which evicts them.
        ///
        /// @param what what needs the memory, for the error message, such as "the body"
        /// @throws InvalidInputException `too_large` if it exceeds the whole budget
        /// @throws SessionException `no_memory` if it does not fit now
        public void require(long more, String what) {
            requireWithinBudget(bytes() + more, what);
            requireAvailable(() -> tryAdd(more), more, what);
        }

        /// Waits like [#require], up to 5 seconds, until an attempt to reserve memory succeeds.
        ///
        /// @param attempt reserves the memory with [#tryRaise] and returns whether it was available
        /// @param all how much the share needs in all
        /// @param what what needs the memory, for the error message
        /// @throws InvalidInputException `too_large` if it exceeds the whole budget
        /// @throws SessionException `no_memory` if it does not fit now
        public void require(BooleanSupplier attempt, long all, String what) {
            requireWithinBudget(all, what);
            requireAvailable(attempt, all, what);
        }

        /// Reserves at least this much in all if it is available, unless the share is closed.
        ///
        /// @return whether it was available, or the share is closed
        public synchronized boolean tryRaise(long all) {
            return closed || all <= bytes || tryAdd(all - bytes);
        }

        private void requireWithinBudget(long all, String what) {
            if (all > max) {
                throw InvalidInputException.tooLarge(
                        "memoryBytes",
                        max,
                        "%s would take about %d bytes of memory, but all sessions and calls together may use only %d"
                                .formatted(what, all, max));
            }
        }

        private void requireAvailable(BooleanSupplier attempt, long more, String what) {
            if (!await(attempt, more)) {
                throw new SessionException(
                        ErrorCode.NO_MEMORY,
                        ("%s would take about %d bytes of memory, but sessions and calls already use %d of"
                                        + " the %d that they may use together; try again later, or delete"
                                        + " sessions")
                                .formatted(what, more, used(), max),
                        "memoryBytes",
                        more);
            }
        }

        /// Sets the amount to what is actually used, even beyond the budget.
        public synchronized void set(long actual) {
            force(actual - bytes);
            bytes = actual;
        }

        /// Gives all memory of the share back. May be called several times.
        @Override
        public synchronized void close() {
            force(-bytes);
            bytes = 0;
            closed = true;
        }
    }
}
