package dev.microgpt.load;

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

/// A WebSocket that reads at once what comes, and looks at the beginning of each message alone.
final class SoakSocket implements WebSocket.Listener, AutoCloseable {

    private static final int TIMEOUT_SECONDS = 60;
    private static final int LOOKED_AT = 600; // characters
    private static final int KEPT_TYPES = 100;
    private static final Set<String> UNQUEUED = Set.of("frame", "step", "gap");
    private static final Pattern TYPE = Pattern.compile("^\\{\"type\":\"(\\w+)\"");

    private final SoakTally tally;
    private final StringBuilder head = new StringBuilder();
    private final BlockingQueue<String> types = new ArrayBlockingQueue<>(KEPT_TYPES);
    private volatile boolean isOver;
    private @Nullable WebSocket socket;

    private SoakSocket(SoakTally tally) {
        this.tally = tally;
    }

    static SoakSocket open(HttpClient client, int port, SoakTally tally) {
        SoakSocket opened = new SoakSocket(tally);
        try {
            opened.socket =
                    client.newWebSocketBuilder()
                            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/api/v1/ws"), opened)
                            .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                throw new IllegalStateException("refused: " + refused.getResponse(), e);
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

    /// Waits for a message of one of these types.
    void await(List<String> wanted, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        String type;
        do {
            type = types.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (type == null) {
                throw new IllegalStateException("none of %s has come".formatted(wanted));
            }
        } while (!wanted.contains(type));
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onText(
            WebSocket webSocket, CharSequence data, boolean last) {
        int room = LOOKED_AT - head.length();
        head.append(data, 0, Math.min(room, data.length()));
        if (last) {
            look(head.toString());
            head.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    private void look(String message) {
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
            tally.failed("message", "too many, of type " + type);
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

    /// Says goodbye.
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
