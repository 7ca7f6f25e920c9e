package dev.microgpt.live;

import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The queue of messages that wait to be sent over a connection. Thread-safe.
///
/// Adding never blocks. Instead, once the queue is full, no further work that would add messages is started
/// until it has room again; so it exceeds its bounds only by the answers of work in progress.
final class Outbox {

    /// The result of adding a message.
    enum AddResult {
        ADDED,
        CLOSED,
        NO_MEMORY
    }

    private static final int MAX_MESSAGES = 256;
    private static final long MAX_CHARS = 2 << 20;

    private final Memory.Share memory;
    private final ArrayDeque<String> messages = new ArrayDeque<>();
    private List<Runnable> waitingTasks = new ArrayList<>();
    private long chars;
    private boolean closed;

    /// @param memory accounts for the messages
    Outbox(Memory.Share memory) {
        this.memory = memory;
    }

    synchronized AddResult add(String message) {
        if (closed) {
            return AddResult.CLOSED;
        }
        if (!memory.tryAdd(accountedChars(message))) {
            return AddResult.NO_MEMORY;
        }
        messages.add(message);
        chars += message.length();
        return AddResult.ADDED;
    }

    private static long accountedChars(String message) {
        return message.length() < Memory.SMALL ? 0 : message.length();
    }

    synchronized boolean isFull() {
        return !closed && (messages.size() >= MAX_MESSAGES || chars >= MAX_CHARS);
    }

    /// Removes and returns the next message; null if there is none.
    @Nullable String poll() {
        String message;
        List<Runnable> tasks;
        synchronized (this) {
            message = messages.poll();
            if (message != null) {
                chars -= message.length();
                memory.tryAdd(-accountedChars(message));
            }
            tasks = takeRunnableTasks();
        }
        tasks.forEach(Runnable::run);
        return message;
    }

    /// Runs a task as soon as the outbox is not full or is closed; immediately, if it already is.
    ///
    /// @param task must not block
    void whenNotFull(Runnable task) {
        synchronized (this) {
            if (isFull()) {
                waitingTasks.add(task);
                return;
            }
        }
        task.run();
    }

    private synchronized List<Runnable> takeRunnableTasks() {
        if (waitingTasks.isEmpty() || isFull()) {
            return List.of();
        }
        List<Runnable> tasks = waitingTasks;
        waitingTasks = new ArrayList<>();
        return tasks;
    }

    void close() {
        List<Runnable> tasks;
        synchronized (this) {
            closed = true;
            messages.clear();
            tasks = takeRunnableTasks();
        }
        tasks.forEach(Runnable::run);
    }

    synchronized boolean isClosed() {
        return closed;
    }
}
