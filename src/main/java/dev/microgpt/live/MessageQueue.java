package dev.microgpt.live;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/// The bounded queue of one connection's messages, which behaves like that of a Web Worker: messages about
/// one session are carried out one after another, in the order of their arrival. Messages about different
/// sessions do not wait for each other. Thread-safe.
///
/// A `stop` overtakes: it stops the current `train` and all waiting ones, and is carried out right after
/// them. A `subscribe` or `unsubscribe` waits only for earlier `init` messages.
final class MessageQueue {

    private static final int MAX_WAITING = 256;

    /// A client that has filled the queue can still send `stop`.
    private static final int MAX_WAITING_WITH_STOPS = 2 * MAX_WAITING;

    private static final int MAX_QUEUES = 128;
    private static final int MAX_CHARS = 2 << 20;

    private final Connection connection;
    private final Executor workers;
    private final Map<QueueKey, SessionQueue> queues = new HashMap<>();
    private int chars;
    private boolean closed;

    MessageQueue(Connection connection, Executor workers) {
        this.connection = connection;
        this.workers = workers;
    }

    /// @param isWatchOnly whether the queue holds only `subscribe` and `unsubscribe` messages
    private record QueueKey(String session, boolean isWatchOnly) {}

    /// The queue of messages about one session.
    private static final class SessionQueue {

        /// Tasks that overtake the waiting ones: stopped trainings, followed by their `stop`.
        final ArrayDeque<QueuedTask> overtaking = new ArrayDeque<>();

        final ArrayDeque<QueuedTask> waiting = new ArrayDeque<>();
        @Nullable QueuedTask current;

        int size() {
            return overtaking.size() + waiting.size();
        }

        boolean has(QueuedTask.Kind kind) {
            return (current != null && current.kind() == kind)
                    || waiting.stream().anyMatch(task -> task.kind() == kind);
        }

        void stop(QueuedTask stop) {
            if (current != null) {
                current.stop();
            }
            for (QueuedTask task : List.copyOf(waiting)) {
                if (task.kind() == QueuedTask.Kind.TRAIN) {
                    task.stop();
                    waiting.remove(task);
                    overtaking.add(task);
                }
            }
            overtaking.add(stop);
        }

        @Nullable QueuedTask poll() {
            QueuedTask task = overtaking.poll();
            return task == null ? waiting.poll() : task;
        }
    }

    /// Adds a message, and starts it if no other message about the session is being carried out.
    ///
    /// @throws SessionException `busy` if too many messages are waiting
    void add(String session, QueuedTask task) {
        QueueKey key;
        SessionQueue queue;
        synchronized (this) {
            if (closed) {
                task.close();
                return;
            }
            key = keyFor(session, task);
            queue = queues.get(key);
            requireRoom(queue, session, task);
            if (queue == null) {
                queue = new SessionQueue();
                queues.put(key, queue);
            }
            chars += task.chars();
            if (task.kind() == QueuedTask.Kind.STOP) {
                queue.stop(task);
            } else {
                queue.waiting.add(task);
            }
            if (queue.current != null) {
                return;
            }
        }
        startNext(key, queue);
    }

    private QueueKey keyFor(String session, QueuedTask task) {
        QueueKey mainKey = new QueueKey(session, false);
        SessionQueue queue = queues.get(mainKey);
        boolean mustWait =
                queue != null
                        && (queue.has(QueuedTask.Kind.INIT) || queue.has(QueuedTask.Kind.WATCH));
        return task.kind() == QueuedTask.Kind.WATCH && !mustWait
                ? new QueueKey(session, true)
                : mainKey;
    }

    private void requireRoom(@Nullable SessionQueue queue, String session, QueuedTask task) {
        int size = queue == null ? 0 : queue.size();
        int max = task.kind() == QueuedTask.Kind.STOP ? MAX_WAITING_WITH_STOPS : MAX_WAITING;
        if (size >= max) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "%d messages of this connection are waiting for session '%s', the maximum"
                            .formatted(size, session));
        }
        if (queue == null && queues.size() >= MAX_QUEUES) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "messages of this connection are waiting for too many sessions, at most "
                            + MAX_QUEUES);
        }
        if (chars > 0 && chars + task.chars() > MAX_CHARS) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "the waiting messages of this connection would have more than %d characters in total"
                            .formatted(MAX_CHARS));
        }
    }

    /// Starts the next message of a queue, unless one is being carried out.
    private void startNext(QueueKey key, SessionQueue queue) {
        QueuedTask task;
        synchronized (this) {
            if (queue.current != null) {
                return;
            }
            task = closed ? null : queue.poll();
            queue.current = task;
            if (task == null) {
                queues.remove(key, queue);
                return;
            }
        }
        // A client that does not read its answers gets no more of them.
        connection.whenNotFull(() -> workers.execute(() -> run(key, queue, task)));
    }

    private void run(QueueKey key, SessionQueue queue, QueuedTask task) {
        var _ = task.start().whenComplete((_, _) -> finish(key, queue, task));
    }

    private void finish(QueueKey key, SessionQueue queue, QueuedTask task) {
        task.close();
        synchronized (this) {
            chars -= task.chars();
            queue.current = null;
        }
        startNext(key, queue);
    }

    /// Drops the waiting messages, and stops the current ones.
    void close() {
        List<QueuedTask> dropped = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (SessionQueue queue : queues.values()) {
                dropped.addAll(queue.overtaking);
                dropped.addAll(queue.waiting);
                queue.overtaking.clear();
                queue.waiting.clear();
                if (queue.current != null) {
                    queue.current.stop();
                }
            }
            queues.clear();
        }
        dropped.forEach(QueuedTask::close);
    }
}
