package dev.microgpt.live;

import dev.microgpt.wire.EventWriter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
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
    void write(Subscription subscription, EventWriter out)
            throws IOException, InterruptedException {
        out.comment("watching " + subscription.session().name());
        while (!closed) {
            long nanos = subscription.nanosUntilDue(System.nanoTime());
            if (nanos > 0) {
                if (!signal.tryAcquire(Math.min(nanos, pingNanos), TimeUnit.NANOSECONDS)
                        && nanos >= pingNanos) {
                    out.comment("still here");
                }
                signal.drainPermits();
                continue;
            }
            Subscription.@Nullable Message message = subscription.poll();
            if (message != null) {
                out.event(message.type(), subscription.step(), message.json());
            } else if (subscription.isOver()) {
                out.event("deleted", subscription.step(), "{}");
                return;
            }
        }
    }
}
