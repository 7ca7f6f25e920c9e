package dev.microgpt.cluster.link;

import jakarta.websocket.Session;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.NativeWebSocketSession;
import org.springframework.web.socket.handler.TextWebSocketHandler;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// Accepts the links that other nodes open, and closes them at shutdown.
final class LinkEndpoint extends TextWebSocketHandler implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(LinkEndpoint.class);

    /// A node sends a ping each second.
    private static final Duration MAX_SILENCE = Duration.ofSeconds(10);

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

    /// Longer than any message of a client.
    private static final int MAX_MESSAGE_CHARS = 2 << 20;

    private final LinkServer.Services services;
    private final Map<String, Link> links = new ConcurrentHashMap<>();
    private volatile boolean isRunning;

    LinkEndpoint(LinkServer.Services services) {
        this.services = services;
    }

    /// A link, and the received parts of a message that is still incomplete.
    private record Link(WebSocketSession socket, LinkServer server, StringBuilder partial) {}

    @Override
    public void afterConnectionEstablished(WebSocketSession socket) {
        Session session =
                Objects.requireNonNull(
                        ((NativeWebSocketSession) socket).getNativeSession(Session.class));
        session.setMaxIdleTimeout(MAX_SILENCE.toMillis());
        session.getAsyncRemote().setSendTimeout(SEND_TIMEOUT.toMillis());
        LinkSender sender = new LinkSender(new ServerTransport(session, socket));
        links.put(
                socket.getId(),
                new Link(socket, new LinkServer(services, sender), new StringBuilder()));
        if (!isRunning) { // stopped before it was added
            close(socket, CloseStatus.GOING_AWAY);
        }
    }

    /// Sends with Tomcat, without blocking.
    private record ServerTransport(Session session, WebSocketSession socket)
            implements LinkSender.Transport {

        @Override
        public CompletableFuture<?> send(String message) {
            CompletableFuture<Void> sent = new CompletableFuture<>();
            session.getAsyncRemote()
                    .sendText(
                            message,
                            result -> {
                                if (result.isOK()) {
                                    sent.complete(null);
                                } else {
                                    sent.completeExceptionally(result.getException());
                                }
                            });
            return sent;
        }

        @Override
        public void abort() {
            close(socket, CloseStatus.SERVER_ERROR);
        }
    }

    private static void close(WebSocketSession socket, CloseStatus status) {
        try {
            socket.close(status);
        } catch (IOException | IllegalStateException e) {
            log.debug("A link was already closed", e);
        }
    }

    @Override
    public boolean supportsPartialMessages() {
        return true;
    }

    @Override
    protected void handleTextMessage(WebSocketSession socket, TextMessage part) {
        Link link = links.get(socket.getId());
        if (link == null) {
            return; // closed
        }
        StringBuilder partial = link.partial();
        if (partial.length() + part.getPayload().length() > MAX_MESSAGE_CHARS) {
            close(socket, CloseStatus.TOO_BIG_TO_PROCESS);
            return;
        }
        partial.append(part.getPayload());
        if (part.isLast()) {
            String message = partial.toString();
            partial.setLength(0);
            partial.trimToSize();
            link.server().receive(message);
        }
    }

    @Override
    public void handleTransportError(WebSocketSession socket, Throwable failure) {
        log.debug("A link has failed", failure);
    }

    @Override
    public void afterConnectionClosed(WebSocketSession socket, CloseStatus status) {
        Link link = links.remove(socket.getId());
        if (link != null) {
            link.server().close();
        }
    }

    @Override
    public void start() {
        isRunning = true;
    }

    @Override
    public void stop() {
        isRunning = false;
        links.values().forEach(link -> close(link.socket(), CloseStatus.GOING_AWAY));
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }
}
