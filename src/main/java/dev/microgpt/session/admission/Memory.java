package dev.microgpt.session.admission;

import dev.microgpt.engine.InvalidInputException;

/// The memory budget of sessions and large calls, based on estimates. What does not fit is rejected before it
/// is allocated. Thread-safe.
public final class Memory {

    /// Amounts of memory below this, in bytes, need not be counted.
    public static final long SMALL = 1 << 16;

    private final long max;
    private long used;
    private volatile Relief relief = _ -> {};

    public Memory(Limits limits) {
        this(limits.memoryBytes());
    }

    Memory(long max) {
        this.max = max;
    }

    /// Frees memory when there is a shortage.
    public interface Relief {

        /// Frees some memory if possible, and waits until it is free.
        void free(long bytes);
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

    private synchronized boolean take(long bytes) {
        if (bytes > 0 && used + bytes > max) {
            return false;
        }
        used += bytes;
        return true;
    }

    private synchronized void force(long bytes) {
        used += bytes;
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

        /// Reserves more memory. In a shortage, waits for the eviction of idle sessions.
        ///
        /// @param what what needs the memory, for the error message, such as "the body"
        /// @throws InvalidInputException `too_large` if it exceeds the whole budget
        /// @throws SessionException `no_memory` if it does not fit now
        public void require(long more, String what) {
            long all = withMore(more);
            if (all > max) {
                throw InvalidInputException.tooLarge(
                        "memoryBytes",
                        max,
                        "%s would take about %d bytes of memory, but all sessions and calls together may use only %d"
                                .formatted(what, all, max));
            }
            if (tryAdd(more)) {
                return;
            }
            relief.free(more);
            if (!tryAdd(more)) {
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

        private synchronized long withMore(long more) {
            return bytes + more;
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
