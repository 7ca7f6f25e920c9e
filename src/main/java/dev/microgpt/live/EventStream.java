package dev.microgpt.live;

import dev.microgpt.wire.EventWriter;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/// One reader's stream of Server-Sent Events: the frames of one session, each with the number of its
/// last step as its id.
///
/// It has no thread. A pump writes one event after the other, each when the reader has taken the one
/// before it; a reader that takes nothing for too long is cut off.
final class EventStream {

    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    private final AsyncContext request;
    private final ServletOutputStream out;
    private final long pingNanos;
    private final long sendNanos;
    private final Runnable hangUp;
    private final Runnable whenOver;
    private final Pump pump;
    private volatile @Nullable Subscription subscription;
    private volatile boolean begun;
    private volatile boolean ending;

    private boolean over;

    // of the pump
    private boolean isFlushed = true;
    private boolean hasGreeted;
    private boolean hasToldEnd;
    private long lastWrite = System.nanoTime();

    /// @param request begun asynchronously
    /// @param whenOver called once, when nothing is written any more
    EventStream(AsyncContext request, LiveSettings settings, LiveThreads threads, Runnable whenOver)
            throws IOException {
        this.request = request;
        out = request.getResponse().getOutputStream();
        pingNanos = settings.pingInterval().toNanos();
        sendNanos = settings.sendTimeout().toNanos();
        hangUp = ConnectionAbort.of(request.getRequest(), ConnectionAbort.OF_REQUEST);
        this.whenOver = whenOver;
        pump = new Pump(threads, this::step, () -> end(hangUp));
    }

    /// Begins to write.
    void start(Subscription watched) {
        subscription = watched;
        request.addListener(new Watch());
        out.setWriteListener(new Watch());
    }

    /// There may be something to send. Does not block.
    void wake() {
        if (begun) {
            pump.wake();
        }
    }

    /// Ends the stream soon.
    void close() {
        ending = true;
        pump.wake();
    }

    /// Not while the container ends the request: its parts would be another request's then.
    private synchronized long step() {
        Subscription watched = subscription;
        if (watched == null || !begun || over) {
            return Long.MAX_VALUE;
        }
        long now = System.nanoTime();
        try {
            if (!out.isReady()) { // the container tells when it is
                long left = lastWrite + sendNanos - now;
                if (left <= 0 || ending) {
                    end(hangUp);
                }
                return left;
            }
            if (!isFlushed) {
                isFlushed = true;
                out.flush();
                return 0;
            }
            if (ending || hasToldEnd) {
                end(request::complete);
                return Long.MAX_VALUE;
            }
            return write(watched, now);
        } catch (IOException | IllegalStateException e) {
            log.debug("A reader is gone", e);
            end(hangUp); // the container has found out, too: it must not be told in another way
            return Long.MAX_VALUE;
        }
    }

    private long write(Subscription watched, long now) throws IOException {
        long nanos = watched.nanosUntilDue(now);
        long untilPing = lastWrite + pingNanos - now;
        if (!hasGreeted) {
            hasGreeted = true;
            write(EventWriter.commentBytes("watching " + watched.session().name()), now);
            return 0;
        }
        if (nanos > 0) {
            if (untilPing <= 0) {
                write(EventWriter.commentBytes("still here"), now);
                return 0;
            }
            return Math.min(nanos, untilPing);
        }
        Subscription.Message message = watched.poll();
        if (message != null) {
            write(EventWriter.eventBytes(message.type(), watched.step(), message.json()), now);
        } else if (watched.isOver()) {
            write(EventWriter.eventBytes("deleted", watched.step(), "{}"), now);
            hasToldEnd = true;
        }
        return 0;
    }

    private void write(byte[] bytes, long now) throws IOException {
        lastWrite = now;
        isFlushed = false;
        out.write(bytes);
    }

    /// @param how the container is told
    private synchronized void end(Runnable how) {
        if (!over) {
            over = true;
            pump.close();
            whenOver.run();
            how.run();
        }
    }

    /// After an error, the container completes the request in its own way unless we do.
    private synchronized void endAfterError() {
        end(() -> {});
        try {
            request.complete();
        } catch (IllegalStateException e) {
            log.debug("The stream was over already", e);
        }
    }

    /// What the container tells.
    private final class Watch implements WriteListener, AsyncListener {

        @Override
        public void onWritePossible() {
            begun = true;
            pump.wake();
        }

        @Override
        public void onError(Throwable failure) {
            end(() -> {}); // as a listener we are told once more
        }

        @Override
        public void onError(AsyncEvent event) {
            endAfterError();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            endAfterError();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end(() -> {});
        }

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
