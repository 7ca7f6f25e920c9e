package dev.microgpt.live;

import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The messages that wait for a connection, in order and within bounds.
final class Outbox {

    private static final int MAX_MESSAGES = 256;
    private static final long MAX_CHARS = 2 << 20;

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Memory.Share memory;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition roomCame = lock.newCondition();
    private final Condition workCame = lock.newCondition();
    private final ArrayDeque<String> messages = new ArrayDeque<>();
    private long chars;
    private boolean woken;
    private boolean closed;

    /// @param memory for the messages
    Outbox(Memory.Share memory) {
        this.memory = memory;
    }

    /// Adds a message, as soon as there is room.
    ///
    /// @return false if there was none in time, or the connection is closed
    boolean put(String message, long timeoutNanos) throws InterruptedException {
        long remaining = timeoutNanos;
        lock.lockInterruptibly();
        try {
            while (!closed && !takeRoomFor(message)) {
                if (remaining <= 0) {
                    return false;
                }
                // others, too, give memory back
                long wait = Math.min(remaining, LOOK_AGAIN_NANOS);
                remaining -= wait - Math.max(0, roomCame.awaitNanos(wait));
            }
            if (closed) {
                return false;
            }
            messages.add(message);
            chars += message.length();
            workCame.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// A message larger than the bound still goes alone.
    private boolean takeRoomFor(String message) {
        boolean isWithinBounds =
                messages.isEmpty()
                        || (messages.size() < MAX_MESSAGES
                                && chars + message.length() <= MAX_CHARS);
        return isWithinBounds && memory.tryAdd(message.length());
    }

    /// Ends a waiting [#take] early: there is something to look at.
    void wake() {
        lock.lock();
        try {
            woken = true;
            workCame.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The next message; null when there is none in time, or when woken or closed.
    @Nullable String take(long timeoutNanos) throws InterruptedException {
        long remaining = Math.min(timeoutNanos, TimeUnit.MINUTES.toNanos(1));
        lock.lockInterruptibly();
        try {
            while (messages.isEmpty() && !woken && !closed && remaining > 0) {
                remaining = workCame.awaitNanos(remaining);
            }
            woken = false;
            String message = messages.poll();
            if (message != null) {
                chars -= message.length();
                memory.tryAdd(-message.length());
                roomCame.signalAll();
            }
            return message;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            messages.clear();
            roomCame.signalAll();
            workCame.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
