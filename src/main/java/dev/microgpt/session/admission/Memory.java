package dev.microgpt.session.admission;

import dev.microgpt.engine.InvalidInputException;

/// The memory that sessions, and calls with much in them, take together, about. What would not fit is
/// refused before it is there.
public final class Memory {

    /// What so many bytes more or less take is not worth counting.
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

    /// Somebody who can have memory let go.
    public interface Relief {

        /// Frees so many bytes, if possible, and waits for it.
        void free(long bytes);
    }

    public void onShortage(Relief newRelief) {
        relief = newRelief;
    }

    /// A part of it that is used for one thing.
    public Share share() {
        return new Share();
    }

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

    /// A part of the memory. Safe for use by several threads.
    public final class Share implements AutoCloseable {

        private long bytes;
        private boolean closed;

        private Share() {}

        /// Takes more, unless there is none; or, below zero, gives some back.
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

        /// Takes more.
        ///
        /// @param what for the message, such as "the body"
        /// @throws InvalidInputException `too_large` if it never fits
        /// @throws SessionException `no_memory` if it does not fit now
        public void require(long more, String what) {
            long all = all(more);
            if (all > max) {
                throw InvalidInputException.tooLarge(
                        "memoryBytes",
                        max,
                        "%s would take about %d bytes of memory, but all sessions and calls have %d"
                                .formatted(what, all, max));
            }
            if (tryAdd(more)) {
                return;
            }
            relief.free(more);
            if (!tryAdd(more)) {
                throw new SessionException(
                        ErrorCode.NO_MEMORY,
                        ("%s would take about %d bytes of memory, but sessions and calls have %d of the %d"
                                        + " that they may have together; try again, or delete sessions")
                                .formatted(what, more, used(), max),
                        "memoryBytes",
                        more);
            }
        }

        private synchronized long all(long more) {
            return bytes + more;
        }

        /// Takes note of what it is in fact.
        public synchronized void set(long now) {
            force(now - bytes);
            bytes = now;
        }

        /// Gives it back. May be called several times.
        @Override
        public synchronized void close() {
            force(-bytes);
            bytes = 0;
            closed = true;
        }
    }
}
