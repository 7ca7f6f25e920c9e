package dev.microgpt.documents;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A WebSocket connection on which the messages of a document are exchanged.
final class Dialogue implements AutoCloseable {

    private static final int TIMEOUT_SECONDS = 60;

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final WebSocket socket;

    Dialogue(int port) {
        socket =
                client.newWebSocketBuilder()
                        .buildAsync(
                                URI.create("ws://localhost:" + port + "/api/v1/ws"), new Receiver())
                        .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .join();
    }

    /// Sends the lines that begin with `> `, and compares what comes with those that begin with `< `.
    ///
    /// @throws AssertionError if something else comes, or nothing, or a line begins otherwise
    void play(Fence fence) throws InterruptedException {
        for (String line : fence.text().lines().toList()) {
            String message = line.substring(Math.min(2, line.length()));
            if (line.startsWith("> ")) {
                socket.sendText(message, true).orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
            } else if (line.startsWith("< ")) {
                String reply = received.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                if (reply == null) {
                    throw new AssertionError(fence.place() + ": nothing comes, not " + message);
                }
                ExpectedOutput.check(fence.place(), message, reply);
            } else {
                throw new AssertionError(fence.place() + ": neither sent nor received: " + line);
            }
        }
        if (!received.isEmpty()) {
            throw new AssertionError(fence.place() + ": another message comes: " + received.peek());
        }
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder partial = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket webSocket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                received.add(partial.toString());
                partial.setLength(0);
            }
            webSocket.request(1);
            return null;
        }
    }
}
