package dev.microgpt.live;

import dev.microgpt.quota.RateLimiter;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.TextWebSocketHandler;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Receives the messages of all WebSockets, and closes the connections at shutdown.
@Component
final class LiveEndpoint extends TextWebSocketHandler implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(LiveEndpoint.class);
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private final MessageHandler.Services services;
    private final ConnectionLimit connections;
    private final SharedConnections shared;
    private final Memory memory;
    private final LiveSettings settings;
    private final Map<String, Client> clients = new ConcurrentHashMap<>();
    private volatile boolean running;

    LiveEndpoint(
            SessionRouter router,
            LiveSettings settings,
            JsonMapper json,
            RateLimiter rates,
            ConnectionLimit connections,
            SharedConnections shared,
            LiveThreads threads,
            Memory memory) {
        this.memory = memory;
        this.settings = settings;
        this.connections = connections;
        this.shared = shared;
        services = new MessageHandler.Services(router, json, rates, threads, memory);
    }

    /// A connection, and the received parts of a message that is still incomplete.
    private static final class Client {

        final Connection connection;
        final MessageHandler handler;
        final Caller caller;
        final Runnable closeAsEnded;
        final StringBuilder partial = new StringBuilder();
        int partialBytes;
        int reservedBytes; // of the memory, for the parts

        Client(Connection connection, MessageHandler handler, Caller caller) {
            this.caller = caller;
            this.connection = connection;
            this.handler = handler;
            closeAsEnded = () -> connection.closeAsync(CloseCode.SHARE_ENDED);
        }
    }

    @Override
    public void afterConnectionEstablished(WebSocketSession socket) {
        Connection connection =
                new Connection(
                        ClientSocket.of(socket, settings.sendTimeout()),
                        services.json(),
                        settings,
                        services.threads(),
                        memory.share());
        Client client =
                new Client(
                        connection,
                        new MessageHandler(connection, services),
                        Caller.of(socket.getPrincipal()));
        CloseStatus rejection = register(socket.getId(), client);
        if (rejection == null) {
            connection.wake();
        } else {
            connection.close(rejection);
        }
    }

    /// Adds a client. Synchronized with [#stop()], so that shutdown misses none.
    ///
    /// @return why the connection must be closed; null if it was added
    private synchronized @Nullable CloseStatus register(String id, Client client) {
        if (!running) {
            return CloseCode.SHUTTING_DOWN;
        }
        if (!connections.tryAcquire(client.caller)) {
            return CloseCode.TOO_MANY;
        }
        clients.put(id, client);
        shared.add(client.caller, client.closeAsEnded);
        return null;
    }

    int numConnections() {
        return clients.size();
    }

    /// Accepts messages in parts, so that no connection needs a buffer for the largest message.
    @Override
    public boolean supportsPartialMessages() {
        return true;
    }

    @Override
    protected void handleTextMessage(WebSocketSession socket, TextMessage part) {
        Client client = clients.get(socket.getId());
        if (client == null) {
            return; // closed
        }
        client.connection.heartbeat().received();
        StringBuilder partial = client.partial;
        client.partialBytes += part.getPayloadLength();
        if (client.partialBytes > MAX_MESSAGE_BYTES) {
            client.connection.close(CloseCode.TOO_BIG);
            return;
        }
        int before = client.reservedBytes;
        client.reservedBytes = client.partialBytes > Memory.SMALL ? client.partialBytes : 0;
        if (!client.connection.memory().tryAdd(client.reservedBytes - before)) {
            client.connection.close(CloseCode.TRY_LATER);
            return;
        }
        partial.append(part.getPayload());
        if (part.isLast()) {
            String message = partial.toString();
            partial.setLength(0);
            partial.trimToSize();
            client.partialBytes = 0;
            client.connection.memory().tryAdd(-client.reservedBytes);
            client.reservedBytes = 0;
            client.handler.handle(client.caller, message);
            client.connection.pauseReadingWhileFull();
        }
    }

    @Override
    protected void handlePongMessage(WebSocketSession socket, PongMessage pong) {
        Client client = clients.get(socket.getId());
        if (client != null) {
            client.connection.heartbeat().received();
        }
    }

    @Override
    public void handleTransportError(WebSocketSession socket, Throwable failure) {
        log.debug("Connection {} failed", socket.getId(), failure);
    }

    @Override
    public void afterConnectionClosed(WebSocketSession socket, CloseStatus status) {
        Client client = clients.remove(socket.getId());
        if (client != null) {
            connections.release(client.caller);
            shared.remove(client.caller, client.closeAsEnded);
            client.handler.close();
            client.connection.close(status);
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        synchronized (this) {
            running = false;
        }
        // Both limits are for all connections together: there may be thousands that do not read.
        long sentBy = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        long closedBy = sentBy + TimeUnit.SECONDS.toNanos(2);
        clients.values()
                .forEach(
                        client ->
                                client.connection.close(CloseCode.SHUTTING_DOWN, sentBy, closedBy));
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
