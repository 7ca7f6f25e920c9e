package dev.microgpt.verification.cluster;

import dev.microgpt.support.Json;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// Watches over a WebSocket.
final class SocketWatcher extends Watcher {

    private static final int OPEN_SECONDS = 30;

    /// The code with which a node closes a WebSocket when it finds no owner of the session.
    private static final int NO_OWNER = 1012;

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    SocketWatcher(
            String name,
            SessionLog session,
            List<ClusterNode> nodes,
            SplittableRandom random,
            ClusterTally tally) {
        super(name, session, nodes, random, tally);
    }

    /// What comes over the connection.
    private sealed interface Event {

        record Text(String text) implements Event {}

        record Ping() implements Event {}

        record Closed(int code, String reason) implements Event {}

        record Failed(Throwable why) implements Event {}
    }

    @Override
    Ending watch(ClusterNode node, long next, BooleanSupplier isOver)
            throws IOException, InterruptedException {
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        WebSocket socket = open(node, events);
        try {
            var _ =
                    socket.sendText(
                            Json.write(
                                    Map.of(
                                            "type",
                                            "subscribe",
                                            "session",
                                            session(),
                                            "fromStep",
                                            next,
                                            "viz",
                                            "none")),
                            true);
            return read(events, isOver);
        } finally {
            socket.abort();
        }
    }

    private static WebSocket open(ClusterNode node, BlockingQueue<Event> events)
            throws IOException, InterruptedException {
        try {
            return CLIENT.newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://%s/api/v1/ws".formatted(node.authority())),
                            new Receiver(events))
                    .get(OPEN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the WebSocket could not be opened", e);
        }
    }

    private Ending read(BlockingQueue<Event> events, BooleanSupplier isOver)
            throws IOException, InterruptedException {
        long heard = System.nanoTime();
        while (!isOver.getAsBoolean()) {
            Event event = events.poll(1, TimeUnit.SECONDS);
            if (event != null) {
                heard = System.nanoTime();
            } else if (System.nanoTime() - heard > TimeUnit.SECONDS.toNanos(SILENCE_SECONDS)) {
                throw new IOException("nothing came for %d s".formatted(SILENCE_SECONDS));
            }
            Ending ending =
                    switch (event) {
                        case null -> null;
                        case Event.Ping() -> null;
                        case Event.Text(String text) -> received(text);
                        case Event.Closed(int code, String reason) ->
                                new Ending(
                                        "closed: %d %s".formatted(code, reason), code == NO_OWNER);
                        case Event.Failed(Throwable why) -> throw new IOException(why);
                    };
            if (ending != null) {
                return ending;
            }
        }
        return new Ending("over", true);
    }

    private static final class Receiver implements WebSocket.Listener {

        private final BlockingQueue<Event> events;
        private final StringBuilder text = new StringBuilder();

        Receiver(BlockingQueue<Event> events) {
            this.events = events;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                events.add(new Event.Text(text.toString()));
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer message) {
            events.add(new Event.Ping());
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(
                WebSocket webSocket, int statusCode, String reason) {
            events.add(new Event.Closed(statusCode, reason));
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            events.add(new Event.Failed(error));
        }
    }
}
