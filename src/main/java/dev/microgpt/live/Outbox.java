package dev.microgpt.live;

import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The messages that wait for a connection, in order. Nobody waits to add one: once it is full, those
/// who would cause more answers wait until it has room, so that it grows beyond its bounds by no more
/// than what was in progress.
final class Outbox {

    /// What became of a message.
    enum Added {
        YES,
        CLOSED,
        NO_MEMORY
    }

    private static final int MAX_MESSAGES = 256;
    private static final long MAX_CHARS = 2 << 20;

    private final Memory.Share memory;
    private final ArrayDeque<String> messages = new ArrayDeque<>();
    private List<Runnable> waiting = new ArrayList<>();
    private long chars;
    private boolean closed;

    /// @param memory for the messages
    Outbox(Memory.Share memory) {
        this.memory = memory;
    }

    synchronized Added add(String message) {
        if (closed) {
            return Added.CLOSED;
        }
        if (!memory.tryAdd(counted(message))) {
            return Added.NO_MEMORY;
        }
        messages.add(message);
        chars += message.length();
        return Added.YES;
    }

    private static long counted(String message) {
        return message.length() < Memory.SMALL ? 0 : message.length();
    }

    synchronized boolean isFull() {
        return !closed && (messages.size() >= MAX_MESSAGES || chars >= MAX_CHARS);
    }

    /// The next message; null when there is none.
    @Nullable String poll() {
        String message;
        List<Runnable> tasks;
        synchronized (this) {
            message = messages.poll();
            if (message != null) {
                chars -= message.length();
                memory.tryAdd(-counted(message));
            }
            tasks = takeWaiting();
        }
        tasks.forEach(Runnable::run);
        return message;
    }

    /// Runs a task as soon as there is room, or the outbox is closed; now, if possible.
    ///
    /// @param task must not block
    void whenRoom(Runnable task) {
        synchronized (this) {
            if (isFull()) {
                waiting.add(task);
                return;
            }
        }
        task.run();
    }

    private synchronized List<Runnable> takeWaiting() {
        if (waiting.isEmpty() || isFull()) {
            return List.of();
        }
        List<Runnable> tasks = waiting;
        waiting = new ArrayList<>();
        return tasks;
    }

    void close() {
        List<Runnable> tasks;
        synchronized (this) {
            closed = true;
            messages.clear();
            tasks = takeWaiting();
        }
        tasks.forEach(Runnable::run);
    }

    synchronized boolean isClosed() {
        return closed;
    }
}
