package dev.microgpt.live;

import dev.microgpt.session.Session;
import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;
import org.springframework.web.socket.CloseStatus;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One client's connection: answers in order, and the frames of what it watches in between.
///
/// It has no thread. A pump sends one message after the other, each when the one before it has been
/// taken; it also sends the pings, and closes the connection when the client takes nothing, or when
/// nothing comes from it any more. Answers wait in the outbox; while that is full, nothing is read from
/// the client. Frames are not queued.
final class Connection {

    private final ClientSocket socket;
    private final JsonMapper json;
    private final LiveThreads threads;
    private final long sendNanos;
    private final Heartbeat heartbeat;
    private final Memory.Share memory;
    private final Outbox outbox;
    private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();
    private final Pump pump;

    private volatile boolean sending;
    private volatile long sentNanos;

    /// @param memory for what waits to be sent, and for messages that are incomplete
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
        sendNanos = settings.sendTimeout().toNanos();
        heartbeat = new Heartbeat(settings);
        pump = new Pump(threads, this::step, () -> closeSoon(CloseStatus.SERVER_ERROR));
    }

    Memory.Share memory() {
        return memory;
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    /// Begins to send, and looks after the client from now on.
    void wake() {
        pump.wake();
    }

    // ---- what others send

    /// Sends an answer after those before it. Does not wait.
    void send(ServerMessage message) {
        switch (outbox.add(json.writeValueAsString(message))) {
            case YES -> pump.wake();
            case NO_MEMORY -> closeSoon(CloseCode.TRY_LATER);
            case CLOSED -> {}
        }
    }

    boolean isClosed() {
        return outbox.isClosed();
    }

    /// Runs a task as soon as the client has taken enough of its answers, or is gone.
    ///
    /// @param task must not block
    void whenRoom(Runnable task) {
        outbox.whenRoom(task);
    }

    /// Lets a client that asks for more than it reads wait. To be called by who reads from it.
    void pauseWhileFull() {
        if (outbox.isFull()) {
            socket.pause(true);
            heartbeat.listening(false);
            outbox.whenRoom(
                    () -> {
                        heartbeat.listening(true);
                        threads.workers().execute(() -> socket.pause(false));
                    });
        }
    }

    /// Begins to watch; what was watched of the same session before ends.
    void subscribe(Subscription subscription) {
        Session session = subscription.session();
        unsubscribe(session.name());
        subscriptions.put(session.name(), subscription);
        session.addListener(subscription);
        if (outbox.isClosed()) {
            unsubscribe(session.name()); // closed in the meantime: nobody else would do it
        }
        pump.wake();
    }

    void unsubscribe(String sessionName) {
        Subscription subscription = subscriptions.get(sessionName);
        if (subscription != null) {
            end(subscription);
        }
    }

    private void end(Subscription subscription) {
        subscriptions.remove(subscription.session().name(), subscription);
        subscription.session().removeListener(subscription);
    }

    int numSubscriptions() {
        return subscriptions.size();
    }

    // ---- the end

    /// Ends the connection. May be called several times.
    void close(CloseStatus status) {
        end();
        socket.close(status, sending);
    }

    /// The same, but does not wait for the client to be told.
    private void closeSoon(CloseStatus status) {
        end();
        threads.waiters().execute(() -> socket.close(status, sending));
    }

    private void end() {
        outbox.close();
        pump.close();
        memory.close();
        subscriptions.keySet().forEach(this::unsubscribe);
    }

    // ---- the pump

    private long step() {
        long now = System.nanoTime();
        if (sending) {
            long left = sentNanos + sendNanos - now;
            if (left <= 0) {
                closeSoon(CloseCode.READER_TOO_SLOW);
            }
            return left;
        }
        if (heartbeat.isSilent(now)) {
            closeSoon(CloseCode.SILENT);
            return 0;
        }
        if (heartbeat.takePing(now)) {
            sentNanos = now;
            sending = true;
            threads.waiters().execute(() -> sent(socket.ping()));
            return sendNanos;
        }
        String text = outbox.poll();
        if (text == null) {
            text = nextFrame(now);
        }
        if (text != null) {
            sentNanos = now;
            sending = true;
            socket.send(text, this::sent);
        }
        return sending ? sendNanos : nanosUntilDue();
    }

    /// On any thread.
    private void sent(boolean isSent) {
        if (isSent) {
            sending = false;
            pump.wake();
        } else {
            closeSoon(CloseCode.READER_TOO_SLOW);
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

    /// What is to be sent to watch a session; null if no subscription is due.
    private @Nullable String nextFrame(long now) {
        Subscription due = null;
        for (Subscription subscription : subscriptions.values()) {
            // The one that has waited longest, so that each has its turn.
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
        if (!due.isOver()) {
            return null;
        }
        end(due);
        return json.writeValueAsString(ServerMessage.Unsubscribed.deleted(due.session().name()));
    }
}
