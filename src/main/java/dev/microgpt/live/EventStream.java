package dev.microgpt.live;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// One reader's stream of Server-Sent Events: the frames of one session, each with the number of its
/// last step as its id. The thread of the request writes it.
final class EventStream {

    private final Semaphore signal = new Semaphore(0);
    private final long pingNanos;
    private volatile boolean closed;

    /// @param pingInterval without events, a comment tells both sides so often that the other is there
    EventStream(Duration pingInterval) {
        pingNanos = pingInterval.toNanos();
    }

    /// There may be something to send. Does not block.
    void wake() {
        signal.release();
    }

    /// Ends the stream soon.
    void close() {
        closed = true;
        wake();
    }

    /// Writes until the session is deleted, the reader is gone or the stream is closed.
    ///
    /// @throws IOException if the reader is gone, or does not read
    void write(Subscription subscription, JsonMapper json, OutputStream out)
            throws IOException, InterruptedException {
        comment(out, "watching " + subscription.session().name());
        while (!closed) {
            long nanos = subscription.nanosUntilDue(System.nanoTime());
            if (nanos > 0) {
                if (!signal.tryAcquire(Math.min(nanos, pingNanos), TimeUnit.NANOSECONDS)
                        && nanos >= pingNanos) {
                    comment(out, "still here");
                }
                signal.drainPermits();
                continue;
            }
            @Nullable ServerMessage message = subscription.poll();
            if (message != null) {
                event(out, message.type(), subscription.step(), json.writeValueAsString(message));
            } else if (subscription.isOver()) {
                event(out, "deleted", subscription.step(), "{}");
                return;
            }
        }
    }

    private static void event(OutputStream out, String type, long id, String data)
            throws IOException {
        print(out, "id: " + id + "\nevent: " + type + "\ndata: " + data + "\n\n");
    }

    private static void comment(OutputStream out, String text) throws IOException {
        print(out, ": " + text + "\n\n");
    }

    private static void print(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
