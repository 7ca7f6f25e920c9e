package dev.microgpt.fuzz;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A client that reads all that it is sent.
final class Client implements WebSocket.Listener, AutoCloseable {

    private static final int SEND_SECONDS = 10;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;
    private volatile @Nullable String closed;

    Client(HttpClient http, URI address) throws Exception {
        socket =
                http.newWebSocketBuilder()
                        .buildAsync(address, this)
                        .get(SEND_SECONDS, TimeUnit.SECONDS);
    }

    void send(String message) throws Exception {
        socket.sendText(message, true).get(SEND_SECONDS, TimeUnit.SECONDS);
    }

    /// The next message; null when none comes in time.
    @Nullable String next(long seconds) throws InterruptedException {
        return received.poll(seconds, TimeUnit.SECONDS);
    }

    /// Why the service has closed the connection; null if it has not.
    @Nullable String closed() {
        return closed;
    }

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

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
        closed = code + " " + reason;
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable failure) {
        closed = failure.toString();
    }

    /// Without a goodbye, so that the service also sees clients that just disappear.
    @Override
    public void close() {
        socket.abort();
    }
}
