package dev.microgpt.live;

import dev.microgpt.session.Session;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;
import org.springframework.web.socket.CloseStatus;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Sends to one client: answers in order, and in between the frames of the sessions that it watches.
///
/// A connection has no thread of its own. A pump sends one message at a time, each when the previous one has
/// been sent; it also sends the pings, and closes the connection if the client stops reading, or if nothing
/// arrives from it for too long. Answers wait in the outbox; while that is full, nothing is read from the
/// client. Frames are not queued.
final class Connection {

    private final ClientSocket socket;
    private final JsonMapper json;
    private final LiveThreads threads;
    private final long sendTimeoutNanos;
    private final Heartbeat heartbeat;
    private final Memory.Share memory;
    private final Outbox outbox;
    private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();
    private final Pump pump;

    private volatile boolean sending;
    private volatile long sendStartNanos;

    /// @param memory accounts for messages that wait to be sent, and for incoming ones that are incomplete
    Connection(
            ClientSocket socket,
            JsonMapper json,
            LiveSettings settings,
            LiveThreads threads,
            Memory.Share memory) {
        this.memory = memory;
        this.threads = threads;
        outbox = new Outbox(memory);
        this.socket = socket;
        this.json = json;
        sendTimeoutNanos = settings.sendTimeout().toNanos();
        heartbeat = new Heartbeat(settings);
        pump = new Pump(threads, this::sendNext, () -> closeAsync(CloseStatus.SERVER_ERROR));
    }

    Memory.Share memory() {
        return memory;
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    /// Starts sending if there is something to send. The first call also starts the pings and timeouts.
    void wake() {
        pump.wake();
    }

    // ---- answers and subscriptions

    /// Queues an answer. Does not block.
    void send(ServerMessage message) {
        switch (outbox.add(json.writeValueAsString(message))) {
            case ADDED -> pump.wake();
            case NO_MEMORY -> closeAsync(CloseCode.TRY_LATER);
            case CLOSED -> {}
        }
    }

    boolean isClosed() {
        return outbox.isClosed();
    }

    /// Runs a task as soon as the outbox is not full, or the connection is closed.
    ///
    /// @param task must not block
    void whenNotFull(Runnable task) {
        outbox.whenNotFull(task);
    }

    /// Suspends reading while the outbox is full, so that a client cannot request more than it reads. Must be
    /// called on the thread that reads from the client.
    void pauseReadingWhileFull() {
        if (outbox.isFull()) {
            socket.setReading(false);
            heartbeat.setReading(false);
            outbox.whenNotFull(
                    () -> {
                        heartbeat.setReading(true);
                        threads.workers().execute(() -> socket.setReading(true));
                    });
        }
    }

    /// Adds a subscription, which replaces an earlier one to the same session.
    void subscribe(Subscription subscription) {
        Session session = subscription.session();
        unsubscribe(session.name());
        subscriptions.put(session.name(), subscription);
        session.addListener(subscription);
        if (outbox.isClosed()) {
            unsubscribe(session.name()); // closed concurrently, so nothing else would remove it
        }
        pump.wake();
    }

    void unsubscribe(String sessionName) {
        Subscription subscription = subscriptions.get(sessionName);
        if (subscription != null) {
            remove(subscription);
        }
    }

    private void remove(Subscription subscription) {
        subscriptions.remove(subscription.session().name(), subscription);
        subscription.session().removeListener(subscription);
    }

    int numSubscriptions() {
        return subscriptions.size();
    }

    // ---- closing

    /// Closes the connection. May be called several times.
    void close(CloseStatus status) {
        stop();
        socket.close(status, sending);
    }

    /// Closes the connection once its current message is sent, so that the client learns why. May be called
    /// several times.
    ///
    /// @param sentByNanos when the connection is aborted if the message is still being sent
    /// @param closedByNanos when it is aborted in any case, without waiting for the client or for Tomcat
    void close(CloseStatus status, long sentByNanos, long closedByNanos) {
        stop();
        while (sending && System.nanoTime() - sentByNanos < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        if (System.nanoTime() - closedByNanos < 0) {
            socket.close(status, sending);
        } else {
            socket.abort(status);
        }
    }

    /// Closes the connection without waiting for the close frame to be sent.
    private void closeAsync(CloseStatus status) {
        stop();
        threads.blockingSenders().execute(() -> socket.close(status, sending));
    }

    private void stop() {
        outbox.close();
        pump.close();
        memory.close();
        subscriptions.keySet().forEach(this::unsubscribe);
    }

    // ---- sending

    /// Sends at most one message or ping.
    ///
    /// @return nanoseconds until it has to be called again
    private long sendNext() {
        long now = System.nanoTime();
        if (sending) {
            long left = sendStartNanos + sendTimeoutNanos - now;
            if (left <= 0) {
                closeAsync(CloseCode.READER_TOO_SLOW);
            }
            return left;
        }
        if (heartbeat.isTimedOut(now)) {
            closeAsync(CloseCode.SILENT);
            return 0;
        }
        if (heartbeat.startPingIfDue(now)) {
            sendStartNanos = now;
            sending = true;
            threads.blockingSenders().execute(() -> onSent(socket.ping()));
            return sendTimeoutNanos;
        }
        String text = outbox.poll();
        if (text == null) {
            text = nextFrame(now);
        }
        if (text != null) {
            sendStartNanos = now;
            sending = true;
            socket.send(text, this::onSent);
        }
        return sending ? sendTimeoutNanos : nanosUntilDue();
    }

    /// Called on any thread when a message or ping was sent, or sending has failed.
    private void onSent(boolean isSent) {
        if (isSent) {
            sending = false;
            pump.wake();
        } else {
            closeAsync(CloseCode.READER_TOO_SLOW);
        }
    }

    private long nanosUntilDue() {
        long now = System.nanoTime();
        long nanos = heartbeat.nanosUntilDue(now);
        for (Subscription subscription : subscriptions.values()) {
            nanos = Math.min(nanos, subscription.nanosUntilDue(now));
        }
        return nanos;
    }

    /// Returns the next message of the subscription that has been due the longest; null if none is due.
    private @Nullable String nextFrame(long now) {
        Subscription due = null;
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.nanosUntilDue(now) == 0
                    && (due == null || subscription.dueNanos() - due.dueNanos() < 0)) {
                due = subscription;
            }
        }
        if (due == null) {
            return null;
        }
        Subscription.Message message = due.poll();
        if (message != null) {
            return message.json();
        }
        PublishedState.End why = due.end();
        if (why == null) {
            return null;
        }
        remove(due);
        if (why == PublishedState.End.MOVED) {
            closeAsync(CloseCode.MOVED);
            return null;
        }
        return json.writeValueAsString(ServerMessage.Unsubscribed.deleted(due.session().name()));
    }
}
