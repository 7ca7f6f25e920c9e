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

/// One client's WebSocket, as Tomcat has it: sends without waiting, and can stop to read.
final class ClientSocket {

    private static final Logger log = LoggerFactory.getLogger(ClientSocket.class);

    private final WsSession session;
    private final Runnable hangUp;

    private ClientSocket(WsSession session, Runnable hangUp) {
        this.session = session;
        this.hangUp = hangUp;
    }

    /// @param sendTimeout how long Tomcat waits for the client to take a ping, and to answer a close
    static ClientSocket of(WebSocketSession socket, Duration sendTimeout) {
        if (!(socket instanceof NativeWebSocketSession wrapper)
                || !(wrapper.getNativeSession() instanceof WsSession session)
                || !(socket.getAttributes().get(ConnectionAbort.OF_CONNECTION)
                        instanceof Runnable hangUp)) {
            throw new IllegalStateException("not a WebSocket of this server: " + socket);
        }
        long millis = sendTimeout.toMillis();
        session.getUserProperties().put(Constants.BLOCKING_SEND_TIMEOUT_PROPERTY, millis);
        session.getUserProperties().put(Constants.SESSION_CLOSE_TIMEOUT_PROPERTY, millis);
        session.getAsyncRemote().setSendTimeout(millis);
        return new ClientSocket(session, hangUp);
    }

    String id() {
        return session.getId();
    }

    /// Sends a message.
    ///
    /// @param whenDone gets whether it was sent, on any thread, perhaps this one
    void send(String text, Consumer<Boolean> whenDone) {
        try {
            session.getAsyncRemote()
                    .sendText(
                            text,
                            result -> {
                                if (!result.isOK()) {
                                    log.debug("Nothing sent to {}", id(), result.getException());
                                }
                                whenDone.accept(result.isOK());
                            });
        } catch (RuntimeException e) {
            // Where the client has just gone: Tomcat may write its goodbye while it writes this.
            log.debug("Connection {} was closed already", id(), e);
            whenDone.accept(false);
        }
    }

    /// Sends a ping, while no message is being sent. Waits for the client to take it.
    ///
    /// @return whether it was sent
    boolean ping() {
        try {
            session.getAsyncRemote().sendPing(ByteBuffer.allocate(0));
            return true;
        } catch (IOException | IllegalStateException e) {
            log.debug("Connection {} is gone, or reads nothing", id(), e);
            return false;
        }
    }

    /// Reads nothing, until told to read again; so the client has to wait.
    void pause(boolean isPaused) {
        try {
            if (isPaused) {
                session.suspend();
            } else {
                session.resume();
            }
        } catch (IllegalStateException e) {
            log.debug("Connection {} was closed already", id(), e);
        }
    }

    /// Ends it.
    ///
    /// @param isStuck whether a message is on its way that the client does not take: then there is no
    ///     room to tell it the reason, and Tomcat would write both at a time
    void close(CloseStatus status, boolean isStuck) {
        try {
            if (isStuck) {
                hangUp.run();
                session.getUserProperties().put(Constants.BLOCKING_SEND_TIMEOUT_PROPERTY, 1L);
            }
            CloseReason.CloseCode code = CloseReason.CloseCodes.getCloseCode(status.getCode());
            session.close(new CloseReason(code, status.getReason()));
        } catch (IOException | IllegalStateException e) {
            log.debug("Connection {} was closed already", id(), e);
        }
    }
}
