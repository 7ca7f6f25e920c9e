package dev.microgpt.live;

import dev.microgpt.session.actor.PublishedState;
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

/// Sends the frames of one session to one reader as Server-Sent Events. The id of an event is the last step
/// of its frame.
///
/// A stream has no thread of its own. A pump writes one event at a time, each when the previous one has been
/// sent; a reader that stops reading for too long is disconnected.
final class EventStream {

    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    private final String session;
    private final AsyncContext request;
    private final ServletOutputStream out;
    private final long pingNanos;
    private final long sendTimeoutNanos;
    private final Runnable abort;
    private final Runnable onEnd;
    private final Pump pump;
    private volatile @Nullable Watch watch;
    private volatile boolean started; // the container accepts data
    private volatile boolean ending;

    private boolean ended; // guarded by this

    // confined to the pump's steps
    private boolean isFlushed = true;
    private boolean hasSentGreeting;
    private boolean isOver;
    private long lastWrite = System.nanoTime();

    /// @param session its name
    /// @param request in asynchronous mode
    /// @param onEnd called once, after the last write
    EventStream(
            String session,
            AsyncContext request,
            LiveSettings settings,
            LiveThreads threads,
            Runnable onEnd)
            throws IOException {
        this.session = session;
        this.request = request;
        out = request.getResponse().getOutputStream();
        pingNanos = settings.pingInterval().toNanos();
        sendTimeoutNanos = settings.sendTimeout().toNanos();
        abort = ConnectionAbort.of(request.getRequest(), ConnectionAbort.OF_REQUEST);
        this.onEnd = onEnd;
        pump = new Pump(threads, this::sendNext, () -> end(abort));
    }

    /// Starts writing.
    void start(Watch watched) {
        watch = watched;
        request.addListener(new ContainerListener());
        out.setWriteListener(new ContainerListener());
    }

    /// Signals that there may be something to send. Does not block.
    void wake() {
        if (started) {
            pump.wake();
        }
    }

    /// Ends the stream asynchronously.
    void close() {
        ending = true;
        pump.wake();
    }

    /// Writes at most one event.
    ///
    /// Synchronized with the end of the request, because the container then reuses its objects for another
    /// request.
    ///
    /// @return nanoseconds until it has to be called again
    private synchronized long sendNext() {
        Watch watched = watch;
        if (watched == null || !started || ended) {
            return Long.MAX_VALUE;
        }
        long now = System.nanoTime();
        try {
            if (!out.isReady()) { // the container calls onWritePossible when it is
                long left = lastWrite + sendTimeoutNanos - now;
                if (left <= 0 || ending) {
                    end(abort);
                }
                return left;
            }
            if (!isFlushed) {
                isFlushed = true;
                out.flush();
                return 0;
            }
            if (ending || isOver) {
                end(request::complete);
                return Long.MAX_VALUE;
            }
            return write(watched, now);
        } catch (IOException | IllegalStateException e) {
            log.debug("A reader has disconnected", e);
            end(abort); // the container knows as well; completing the request now would be an error
            return Long.MAX_VALUE;
        }
    }

    private long write(Watch watched, long now) throws IOException {
        long nanos = watched.nanosUntilDue(now);
        long untilPing = lastWrite + pingNanos - now;
        if (!hasSentGreeting) {
            hasSentGreeting = true;
            write(EventWriter.commentBytes("watching " + session), now);
            return 0;
        }
        if (nanos > 0) {
            if (untilPing <= 0) {
                write(EventWriter.commentBytes("still here"), now);
                return 0;
            }
            return Math.min(nanos, untilPing);
        }
        Watch.Message message = watched.poll();
        if (message != null) {
            write(
                    EventWriter.eventBytes(
                            message.type(), watched.position().step(), message.json()),
                    now);
            return 0;
        }
        PublishedState.End why = watched.end();
        if (why == PublishedState.End.DELETED) {
            write(EventWriter.eventBytes("deleted", watched.position().step(), "{}"), now);
        }
        isOver = why != null;
        return 0;
    }

    private void write(byte[] bytes, long now) throws IOException {
        lastWrite = now;
        isFlushed = false;
        out.write(bytes);
    }

    /// Ends the stream, once.
    ///
    /// @param finishRequest tells the container
    private synchronized void end(Runnable finishRequest) {
        if (!ended) {
            ended = true;
            pump.close();
            onEnd.run();
            finishRequest.run();
        }
    }

    /// Completes the request after an error; otherwise the container would do it in its own way.
    private synchronized void endAfterError() {
        end(() -> {});
        try {
            request.complete();
        } catch (IllegalStateException e) {
            log.debug("The stream had already ended", e);
        }
    }

    /// Receives the events of the container.
    private final class ContainerListener implements WriteListener, AsyncListener {

        @Override
        public void onWritePossible() {
            started = true;
            pump.wake();
        }

        @Override
        public void onError(Throwable failure) {
            end(() -> {}); // the container also calls onError(AsyncEvent)
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
