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

/// A WebSocket client of the live stream. Received messages wait in a bounded queue.
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

    /// Connects with the `Origin` header of a page.
    ///
    /// @throws java.util.concurrent.CompletionException if the handshake is rejected
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

    /// Sends a message.
    ///
    /// @param keysAndValues the fields after its type, alternating keys and values
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

    /// Sends a part of a message. [#sendText] sends the last part.
    public void sendPart(String text) {
        send(text, false);
    }

    private void send(String text, boolean last) {
        socket.sendText(text, last).orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /// Waits for the next message of any type.
    public JsonNode next() {
        return nextWithin(TIMEOUT);
    }

    /// Waits for the next message of any type for a limited time.
    public JsonNode nextWithin(Duration time) {
        try {
            JsonNode message = messages.poll(time.toNanos(), TimeUnit.NANOSECONDS);
            if (message == null) {
                throw new AssertionError(
                        "no message arrived; close code: " + closeCode.getNow(null));
            }
            return message;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Waits for the next message, which must have the given type.
    public JsonNode next(String type) {
        JsonNode message = next();
        assertThat(message.path("type").stringValue()).as(message.toString()).isEqualTo(type);
        return message;
    }

    /// Waits for the next message of a type, and skips the others. An error message is a failure.
    public JsonNode await(String type) {
        return collectUntil(type).getLast();
    }

    /// Waits for the next message of a type, and returns all messages up to and including it. An error
    /// message is a failure.
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

    /// Returns whether no message is waiting.
    public boolean isQuiet() {
        return messages.isEmpty();
    }

    /// Returns whether the service has closed the connection, or it has failed.
    public boolean isClosed() {
        return closeCode.isDone();
    }

    /// Waits until the service closes the connection, and returns the close code.
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
