package dev.microgpt.live;

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
final class Connection implements Answers {

    private final ClientSocket socket;
    private final JsonMapper json;
    private final LiveThreads threads;
    private final long sendTimeoutNanos;
    private final Heartbeat heartbeat;
    private final Memory.Share memory;
    private final Outbox outbox;
    private final Map<String, Watch> watches =
            new ConcurrentHashMap<>(); // by the name of the session
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

    // ---- answers and watches

    /// Queues an answer. Does not block.
    @Override
    public void send(String message) {
        switch (outbox.add(message)) {
            case ADDED -> pump.wake();
            case NO_MEMORY -> closeAsync(CloseCode.TRY_LATER);
            case CLOSED -> {}
        }
    }

    void send(ServerMessage message) {
        send(json.writeValueAsString(message));
    }

    @Override
    public boolean isClosed() {
        return outbox.isClosed();
    }

    @Override
    public void whenNotFull(Runnable task) {
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

    /// Sends what a watch has to send. It replaces an earlier one of the same session.
    void watch(String session, Watch watch) {
        unwatch(session);
        watches.put(session, watch);
        if (outbox.isClosed()) {
            unwatch(session); // closed concurrently, so nothing else would remove it
        }
        pump.wake();
    }

    void unwatch(String session) {
        Watch watch = watches.remove(session);
        if (watch != null) {
            watch.close();
        }
    }

    int numWatches() {
        return watches.size();
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
    void closeAsync(CloseStatus status) {
        stop();
        threads.blockingSenders().execute(() -> socket.close(status, sending));
    }

    private void stop() {
        outbox.close();
        pump.close();
        memory.close();
        watches.keySet().forEach(this::unwatch);
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
        for (Watch watch : watches.values()) {
            nanos = Math.min(nanos, watch.nanosUntilDue(now));
        }
        return nanos;
    }

    /// Returns the next message of the watch that has been due the longest; null if none is due.
    private @Nullable String nextFrame(long now) {
        String session = null;
        Watch due = null;
        for (Map.Entry<String, Watch> entry : watches.entrySet()) {
            Watch watch = entry.getValue();
            if (watch.nanosUntilDue(now) == 0
                    && (due == null || watch.dueNanos() - due.dueNanos() < 0)) {
                session = entry.getKey();
                due = watch;
            }
        }
        if (session == null || due == null) {
            return null;
        }
        Watch.Message message = due.poll();
        return message == null ? endOf(session, due) : message.json();
    }

    /// Returns the message about the end of a watch; null if it has not ended, or ends the connection.
    private @Nullable String endOf(String session, Watch watch) {
        PublishedState.End why = watch.end();
        if (why == null) {
            return null;
        }
        watches.remove(session, watch);
        watch.close();
        if (why == PublishedState.End.MOVED) {
            closeAsync(CloseCode.MOVED);
            return null;
        }
        return json.writeValueAsString(ServerMessage.Unsubscribed.deleted(session));
    }
}
