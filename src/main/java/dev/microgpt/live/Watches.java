package dev.microgpt.live;

import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.util.concurrent.CompletableFuture;

/// Carries out the messages with which a client chooses the sessions that its connection watches.
final class Watches {

    private static final int MAX_WATCHES = 64;

    private final Connection connection;
    private final SessionRouter router;

    Watches(Connection connection, SessionRouter router) {
        this.connection = connection;
        this.router = router;
    }

    CompletableFuture<Void> subscribe(
            Caller caller, String session, ClientMessage.Subscribe message) {
        if (connection.numWatches() >= MAX_WATCHES) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "a connection may watch at most %d sessions".formatted(MAX_WATCHES));
        }
        WatchRequest request =
                new WatchRequest(
                        message.fromStep(), message.viz(), message.losses(), message.maxHz(), null);
        return router.watch(caller, session, request, connection::wake)
                .thenAccept(
                        watch -> {
                            connection.unwatch(session);
                            connection.send(
                                    new ServerMessage.Subscribed(
                                            message.id(), session, watch.position().step()));
                            connection.watch(session, watch);
                        });
    }

    CompletableFuture<Void> unsubscribe(String session, ClientMessage.Unsubscribe message) {
        connection.unwatch(session);
        connection.send(ServerMessage.Unsubscribed.requested(message.id(), session));
        return CompletableFuture.completedFuture(null);
    }
}
