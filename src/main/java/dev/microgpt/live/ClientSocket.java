package dev.microgpt.live;

import jakarta.websocket.CloseReason;

import org.apache.tomcat.websocket.Constants;
import org.apache.tomcat.websocket.WsSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.NativeWebSocketSession;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/// The WebSocket of one client, on top of Tomcat's session: sends without blocking, and can suspend reading.
final class ClientSocket {

    private static final Logger log = LoggerFactory.getLogger(ClientSocket.class);

    private final WsSession session;
    private final Runnable abort;

    private ClientSocket(WsSession session, Runnable abort) {
        this.session = session;
        this.abort = abort;
    }

    /// Wraps a WebSocket of this server.
    ///
    /// @param sendTimeout how long Tomcat waits for the client to accept data, and to answer a close frame
    static ClientSocket of(WebSocketSession socket, Duration sendTimeout) {
        if (!(socket instanceof NativeWebSocketSession wrapper)
                || !(wrapper.getNativeSession() instanceof WsSession session)
                || !(socket.getAttributes().get(ConnectionAbort.OF_CONNECTION)
                        instanceof Runnable abort)) {
            throw new IllegalStateException("not a WebSocket of this server: " + socket);
        }
        long millis = sendTimeout.toMillis();
        session.getUserProperties().put(Constants.BLOCKING_SEND_TIMEOUT_PROPERTY, millis);
        session.getUserProperties().put(Constants.SESSION_CLOSE_TIMEOUT_PROPERTY, millis);
        session.getAsyncRemote().setSendTimeout(millis);
        return new ClientSocket(session, abort);
    }

    String id() {
        return session.getId();
    }

    /// Sends a message without blocking.
    ///
    /// @param whenDone called with whether it was sent, on any thread, possibly this one
    void send(String text, Consumer<Boolean> whenDone) {
        try {
            session.getAsyncRemote()
                    .sendText(
                            text,
                            result -> {
                                if (!result.isOK()) {
                                    log.debug(
                                            "Sending to connection {} failed",
                                            id(),
                                            result.getException());
                                }
                                whenDone.accept(result.isOK());
                            });
        } catch (RuntimeException e) {
            // Tomcat throws if the client is just closing: it may be writing the close frame.
            log.debug("Connection {} was already closed", id(), e);
            whenDone.accept(false);
        }
    }

    /// Sends a ping, and blocks until the client accepts it. Must not be called while a message is being
    /// sent.
    ///
    /// @return whether it was sent
    boolean ping() {
        try {
            session.getAsyncRemote().sendPing(ByteBuffer.allocate(0));
            return true;
        } catch (IOException | IllegalStateException e) {
            log.debug("Ping to connection {} failed", id(), e);
            return false;
        }
    }

    /// Suspends or resumes reading. A client that keeps sending is held back by TCP.
    void setReading(boolean isReading) {
        try {
            if (!isReading) {
                session.suspend();
            } else {
                session.resume();
            }
        } catch (IllegalStateException e) {
            log.debug("Connection {} was already closed", id(), e);
        }
    }

    /// Closes the connection.
    ///
    /// @param isSending whether a message is still being sent: then the connection is aborted without a close
    ///     frame, which Tomcat would write at the same time
    void close(CloseStatus status, boolean isSending) {
        if (isSending) {
            abort.run();
            close(status, Constants.BLOCKING_SEND_TIMEOUT_PROPERTY);
        } else {
            close(status);
        }
    }

    /// Aborts the connection. Unlike [#close(CloseStatus, boolean)], it does not wait until Tomcat has finished
    /// a message in progress, which then may fail on another thread.
    void abort(CloseStatus status) {
        abort.run();
        close(
                status,
                Constants.BLOCKING_SEND_TIMEOUT_PROPERTY,
                Constants.ABNORMAL_SESSION_CLOSE_SEND_TIMEOUT_PROPERTY);
    }

    /// @param timeouts Tomcat's timeouts, which are shortened to the shortest possible
    private void close(CloseStatus status, String... timeouts) {
        try {
            for (String timeout : timeouts) {
                session.getUserProperties().put(timeout, 1L); // ms
            }
            CloseReason.CloseCode code = CloseReason.CloseCodes.getCloseCode(status.getCode());
            session.close(new CloseReason(code, status.getReason()));
        } catch (IOException | IllegalStateException e) {
            log.debug("Connection {} was already closed", id(), e);
        }
    }
}
