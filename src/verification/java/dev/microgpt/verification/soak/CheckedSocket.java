package dev.microgpt.verification.soak;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A WebSocket that reads messages at once, and checks the beginning of each.
final class CheckedSocket implements WebSocket.Listener, AutoCloseable {

    private static final int TIMEOUT_SECONDS = 60;
    private static final int CHECKED_CHARACTERS = 600;
    private static final int MAX_QUEUED_TYPES = 100;
    private static final Set<String> UNQUEUED = Set.of("frame", "step", "gap");
    private static final Pattern TYPE = Pattern.compile("^\\{\"type\":\"(\\w+)\"");

    private final Tally tally;
    private final StringBuilder head = new StringBuilder();
    private final BlockingQueue<String> types = new ArrayBlockingQueue<>(MAX_QUEUED_TYPES);
    private volatile boolean isOver;
    private @Nullable WebSocket socket;

    private CheckedSocket(Tally tally) {
        this.tally = tally;
    }

    static CheckedSocket open(HttpClient client, int port, Tally tally) {
        CheckedSocket opened = new CheckedSocket(tally);
        try {
            opened.socket =
                    client.newWebSocketBuilder()
                            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/api/v1/ws"), opened)
                            .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException rejected) {
                throw new IllegalStateException("handshake rejected: " + rejected.getResponse(), e);
            }
            throw e;
        }
        return opened;
    }

    void send(String message) {
        WebSocket open = socket;
        if (open != null) {
            open.sendText(message, true).orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
        }
    }

    /// Waits for a message of one of some types.
    ///
    /// @throws IllegalStateException if none arrives in time
    void await(List<String> expected, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        String type;
        do {
            type = types.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (type == null) {
                throw new IllegalStateException(
                        "no message of the types %s arrived within %s"
                                .formatted(expected, timeout));
            }
        } while (!expected.contains(type));
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onText(
            WebSocket webSocket, CharSequence data, boolean last) {
        int room = CHECKED_CHARACTERS - head.length();
        head.append(data, 0, Math.min(room, data.length()));
        if (last) {
            check(head.toString());
            head.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    private void check(String message) {
        Matcher matcher = TYPE.matcher(message);
        if (!matcher.find()) {
            tally.failed("message", message);
            return;
        }
        String type = matcher.group(1);
        if (type.equals("error") && message.contains("\"status\":5")) {
            tally.failed("message", message);
        }
        if (!UNQUEUED.contains(type) && !types.offer(type)) {
            tally.failed("message", "too many unexpected messages, the last of type " + type);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
        if (!isOver) {
            tally.failed("socket", "closed: %d %s".formatted(code, reason));
        }
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        if (!isOver) {
            tally.failed("socket", error.toString());
        }
    }

    /// Closes the connection with a close frame.
    @Override
    public void close() {
        isOver = true;
        WebSocket open = socket;
        if (open != null) {
            open.sendClose(WebSocket.NORMAL_CLOSURE, "")
                    .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .handle((_, _) -> open)
                    .join()
                    .abort();
        }
    }
}
