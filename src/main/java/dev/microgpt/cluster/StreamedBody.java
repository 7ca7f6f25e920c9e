package dev.microgpt.cluster;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;

import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A body of any length that is sent on as it arrives. The other node must first ask for it, with `100 Continue`:
/// if it rejects the call instead, nothing has been read yet, and another node may get it.
final class StreamedBody implements CallBody {

    private static final int BUFFER_BYTES = 1 << 14;

    private final ServletInputStream in;
    private final long length;
    private boolean isListening; // guarded by this
    private @Nullable Runnable demand; // guarded by this
    private boolean isClosed; // guarded by this
    private volatile boolean isConsumed;
    private volatile @Nullable Throwable failure;

    /// @param request in asynchronous mode
    StreamedBody(HttpServletRequest request) throws IOException {
        in = request.getInputStream();
        length = request.getContentLengthLong();
    }

    @Override
    public void addTo(Request request) {
        request.headers(
                        headers ->
                                headers.put(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString()))
                .body(new Source());
    }

    @Override
    public boolean isRepeatable() {
        return !isConsumed;
    }

    @Override
    public @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public synchronized void close() {
        isClosed = true;
    }

    /// Waits for more of the body.
    private void awaitData(Runnable callback) {
        synchronized (this) {
            if (isClosed) {
                return; // the request to the other node has ended
            }
            demand = callback;
            if (failure == null && !in.isFinished()) {
                if (!isListening) {
                    isListening = true;
                    in.setReadListener(new Listener());
                    return;
                }
                if (!in.isReady()) {
                    return; // the container calls the listener
                }
            }
        }
        proceed();
    }

    private void proceed() {
        Runnable callback;
        synchronized (this) {
            callback = demand;
            demand = null;
        }
        if (callback != null) {
            callback.run();
        }
    }

    /// Returns the next piece; null if there is none now.
    private synchronized Content.@Nullable Chunk next() {
        isConsumed = true;
        Throwable known = isClosed ? new EOFException("the call is over") : failure;
        if (known != null) {
            return Content.Chunk.from(known);
        }
        try {
            if (!in.isFinished() && (!isListening || !in.isReady())) {
                return null;
            }
            if (in.isFinished()) {
                return Content.Chunk.EOF;
            }
            byte[] buffer = new byte[BUFFER_BYTES];
            int read = in.read(buffer);
            return read < 0
                    ? Content.Chunk.EOF
                    : Content.Chunk.from(ByteBuffer.wrap(buffer, 0, read), in.isFinished());
        } catch (IOException e) {
            failure = e;
            return Content.Chunk.from(e);
        }
    }

    /// Receives the events of the container.
    private final class Listener implements ReadListener {

        @Override
        public void onDataAvailable() {
            proceed();
        }

        @Override
        public void onAllDataRead() {
            proceed();
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
            proceed();
        }
    }

    /// The body as the client of the other node reads it.
    private final class Source implements Request.Content {

        /// None: the request has the client's Content-Type, or none.
        @Override
        public @Nullable String getContentType() {
            return null;
        }

        @Override
        public long getLength() {
            return length;
        }

        @Override
        public Content.@Nullable Chunk read() {
            return next();
        }

        @Override
        public void demand(Runnable callback) {
            awaitData(callback);
        }

        /// The request to the other node has ended.
        @Override
        public void fail(Throwable cause) {}
    }
}
