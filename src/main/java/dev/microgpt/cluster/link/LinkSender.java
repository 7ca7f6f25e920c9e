package dev.microgpt.cluster.link;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Sends messages over a link, one after another. Thread-safe; never blocks.
///
/// What waits is bounded by its users: a watch has one frame at a time, a task a few answers, and both wait while the
/// sender is full.
final class LinkSender {

    private static final Logger log = LoggerFactory.getLogger(LinkSender.class);

    /// From here on, no further frames or answers are made. Far more than one frame.
    private static final long FULL_CHARS = 8 << 20;

    /// One end of a connection.
    interface Transport {

        /// Sends a message. The next one follows when it has been sent.
        CompletableFuture<?> send(String message);

        /// Closes the connection at once.
        void abort();
    }

    private final Transport transport;
    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private List<Runnable> waitingTasks = new ArrayList<>();
    private long chars;
    private boolean isSending;
    private boolean isClosed;

    LinkSender(Transport transport) {
        this.transport = transport;
    }

    void send(String message) {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            waiting.add(message);
            chars += message.length();
            if (isSending) {
                return;
            }
            isSending = true;
        }
        sendWaiting();
    }

    /// Sends until the transport is busy or nothing waits.
    private void sendWaiting() {
        while (true) {
            String message = poll();
            if (message == null) {
                return;
            }
            CompletableFuture<?> sent = transport.send(message);
            if (!sent.isDone()) {
                var _ =
                        sent.whenComplete(
                                (_, failure) -> {
                                    if (isSent(message, failure)) {
                                        sendWaiting();
                                    }
                                });
                return;
            }
            if (!isSent(message, sent.isCompletedExceptionally() ? sent.exceptionNow() : null)) {
                return;
            }
        }
    }

    private synchronized @Nullable String poll() {
        String message = isClosed ? null : waiting.poll();
        isSending = message != null;
        return message;
    }

    private boolean isSent(String message, @Nullable Throwable failure) {
        if (failure != null) {
            log.debug("A link between two nodes has failed", failure);
            close();
            transport.abort();
            return false;
        }
        List<Runnable> tasks = List.of();
        synchronized (this) {
            chars -= message.length();
            if (!isFull() && !waitingTasks.isEmpty()) {
                tasks = waitingTasks;
                waitingTasks = new ArrayList<>();
            }
        }
        tasks.forEach(Runnable::run);
        return true;
    }

    synchronized boolean isFull() {
        return chars >= FULL_CHARS;
    }

    /// Runs a task as soon as the sender is not full; immediately, if it is not now. Never, once it is closed.
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

    synchronized boolean isClosed() {
        return isClosed;
    }

    synchronized void close() {
        isClosed = true;
        waiting.clear();
        waitingTasks.clear();
    }
}
