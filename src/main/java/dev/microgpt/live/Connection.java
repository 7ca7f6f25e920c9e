package dev.microgpt.live;

import dev.microgpt.session.Session;
import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.NativeWebSocketSession;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.Writer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One client's connection: answers in order, and the frames of what it watches in between.
///
/// One thread of its own writes. Answers wait in the outbox, which is bounded: who asks for more than
/// it reads has to wait, and is closed when it does not read at all. Frames are not queued. The same
/// thread sends the pings, and closes the connection when nothing comes from the client any more.
final class Connection {

    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    private final WebSocketSession socket;
    private final JsonMapper json;
    private final long sendNanos;
    private final Heartbeat heartbeat;
    private final Memory.Share memory;
    private final Outbox outbox;
    private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();
    private final Thread writer;

    /// @param memory for what waits to be sent, and for messages that are incomplete
    Connection(
            WebSocketSession socket, JsonMapper json, LiveSettings settings, Memory.Share memory) {
        this.memory = memory;
        outbox = new Outbox(memory);
        this.socket = socket;
        this.json = json;
        sendNanos = settings.sendTimeout().toNanos();
        heartbeat = new Heartbeat(settings);
        writer = Thread.ofVirtual().name("live-" + socket.getId()).unstarted(this::write);
    }

    void start() {
        writer.start();
    }

    Memory.Share memory() {
        return memory;
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    /// Sends an answer after those before it; waits while too many are waiting.
    ///
    /// @return false if the connection is closed
    boolean send(ServerMessage message) {
        try {
            if (outbox.put(json.writeValueAsString(message), sendNanos)) {
                return true;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (!outbox.isClosed()) {
            close(CloseCode.READER_TOO_SLOW);
        }
        return false;
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
        outbox.wake();
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

    void wake() {
        outbox.wake();
    }

    /// Ends the connection and its thread. May be called several times.
    void close(CloseStatus status) {
        outbox.close();
        memory.close();
        subscriptions.keySet().forEach(this::unsubscribe);
        try {
            socket.close(status);
        } catch (IOException | IllegalStateException e) {
            log.debug("Connection {} was closed already", socket.getId(), e);
        }
    }

    private void write() {
        try {
            while (!outbox.isClosed()) {
                String answer = outbox.take(nanosUntilDue());
                if (answer != null) {
                    sendText(answer);
                } else {
                    sendFrames();
                }
                beat();
            }
        } catch (IOException | IllegalStateException e) {
            log.debug("Connection {} is gone, or reads nothing", socket.getId(), e);
            close(CloseCode.READER_TOO_SLOW);
        } catch (InterruptedException _) {
            close(CloseStatus.GOING_AWAY);
        } catch (RuntimeException | Error e) {
            log.error("Connection {} failed", socket.getId(), e);
            close(CloseStatus.SERVER_ERROR);
        }
    }

    /// Through Tomcat's writer: it encodes arrays, which is faster by far than the strings that it is
    /// given otherwise; and encoding is most of the work for a frame.
    private void sendText(String text) throws IOException {
        if (socket instanceof NativeWebSocketSession wrapper
                && wrapper.getNativeSession() instanceof jakarta.websocket.Session tomcat) {
            Writer writer = tomcat.getBasicRemote().getSendWriter();
            writer.write(text);
            writer.close(); // which ends the message; not after a failure
        } else {
            socket.sendMessage(new TextMessage(text));
        }
    }

    private void beat() throws IOException {
        long now = System.nanoTime();
        if (heartbeat.isSilent(now)) {
            close(CloseCode.SILENT);
        } else if (heartbeat.takePing(now)) {
            socket.sendMessage(new PingMessage());
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

    /// One message for each subscription that is due, so that answers do not wait for long.
    private void sendFrames() throws IOException {
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.nanosUntilDue(System.nanoTime()) > 0) {
                continue;
            }
            Subscription.@Nullable Message message = subscription.poll();
            if (message != null) {
                sendText(message.json());
            } else if (subscription.isOver()) {
                end(subscription);
                ServerMessage farewell =
                        new ServerMessage.Unsubscribed(null, subscription.session().name());
                sendText(json.writeValueAsString(farewell));
            }
        }
    }
}
