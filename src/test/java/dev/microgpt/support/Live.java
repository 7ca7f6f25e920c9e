package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// A WebSocket client of the live stream. What the service sends waits in a bounded queue.
public final class Live implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int CAPACITY = 100_000;

    private final BlockingQueue<JsonNode> messages = new ArrayBlockingQueue<>(CAPACITY);
    private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();
    private final WebSocket socket;

    private Live(int port, String query, @Nullable String header, @Nullable String value) {
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder();
        if (header != null && value != null) {
            builder.header(header, value);
        }
        URI uri = URI.create("ws://localhost:" + port + "/api/v1/ws" + query);
        socket = builder.buildAsync(uri, new Receiver()).join();
    }

    public static Live connect(int port) {
        return new Live(port, "", null, null);
    }

    /// Connects as a page of an origin does.
    ///
    /// @throws java.util.concurrent.CompletionException if the handshake is refused
    public static Live connectFrom(String origin, int port) {
        return new Live(port, "", "Origin", origin);
    }

    /// Connects with an API key.
    public static Live connectWithKey(String key, int port) {
        return new Live(port, "", "Authorization", "Bearer " + key);
    }

    /// Connects with a ticket, as browsers do.
    public static Live connectWithTicket(String ticket, int port) {
        return new Live(port, "?ticket=" + ticket, null, null);
    }

    /// Sends a message; `keysAndValues` follow its type.
    public void send(String type, Object... keysAndValues) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", type);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            message.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
        }
        sendText(Json.write(message));
    }

    public void sendText(String text) {
        send(text, true);
    }

    /// Sends a part of a message, to be followed by others; [#sendText] sends the last one.
    public void sendPart(String text) {
        send(text, false);
    }

    private void send(String text, boolean last) {
        socket.sendText(text, last).orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /// The next message, whatever it is.
    public JsonNode next() {
        return nextWithin(TIMEOUT);
    }

    /// The same, if it comes in time.
    public JsonNode nextWithin(Duration time) {
        try {
            JsonNode message = messages.poll(time.toNanos(), TimeUnit.NANOSECONDS);
            if (message == null) {
                throw new AssertionError("no message came; close code: " + closeCode.getNow(null));
            }
            return message;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// The next message, which must be of a type.
    public JsonNode next(String type) {
        JsonNode message = next();
        assertThat(message.path("type").stringValue()).as(message.toString()).isEqualTo(type);
        return message;
    }

    /// The next message of a type; those before it are skipped, but for an error.
    public JsonNode await(String type) {
        return collectUntil(type).getLast();
    }

    /// The messages up to the next one of a type, itself included.
    public List<JsonNode> collectUntil(String type) {
        List<JsonNode> result = new ArrayList<>();
        while (true) {
            JsonNode message = next();
            result.add(message);
            String found = message.path("type").stringValue();
            if (found.equals(type)) {
                return result;
            }
            assertThat(found).as(message.toString()).isNotEqualTo("error");
        }
    }

    /// Whether nothing has come that was not asked for.
    public boolean isQuiet() {
        return messages.isEmpty();
    }

    /// Whether the service has closed the connection, or it has failed.
    public boolean isClosed() {
        return closeCode.isDone();
    }

    /// The code with which the service closes the connection.
    public int awaitClose() {
        return closeCode.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                messages.add(Json.parse(text.toString()));
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(
                WebSocket webSocket, int statusCode, String reason) {
            closeCode.complete(statusCode);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closeCode.completeExceptionally(error);
        }
    }
}
