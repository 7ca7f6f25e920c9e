package dev.microgpt.cluster;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;

import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Writes the body of a response without blocking, and flushes what it has: an event must not wait in a buffer.
/// Asks for the next piece when the client has room for it.
final class ClientResponse implements WriteListener {

    private final ServletOutputStream out;
    private final Runnable onEnd;
    private final Runnable onFailure;

    // guarded by this
    private boolean isWritable;
    private boolean isFlushed = true;
    private boolean isLast;
    private boolean isOver;
    private Content.@Nullable Chunk chunk;
    private @Nullable Runnable demand;

    /// @param onEnd called when everything has been written
    /// @param onFailure called when the client has disconnected
    ClientResponse(ServletResponse response, Runnable onEnd, Runnable onFailure)
            throws IOException {
        out = response.getOutputStream();
        this.onEnd = onEnd;
        this.onFailure = onFailure;
    }

    /// Begins to write. The status and the headers must have been set.
    ///
    /// @param flushesHeaders whether the headers are sent before there is anything of the body
    void start(boolean flushesHeaders) {
        synchronized (this) {
            isFlushed = !flushesHeaders;
        }
        out.setWriteListener(this);
    }

    /// Writes a piece of the body.
    ///
    /// @param content is retained until it has been written
    /// @param next called when there is room for more
    void write(Content.Chunk content, Runnable next) {
        synchronized (this) {
            if (isOver) {
                return;
            }
            content.retain();
            chunk = content;
            demand = next;
        }
        proceed();
    }

    /// Ends the response after what has been written.
    void end() {
        synchronized (this) {
            isLast = true;
        }
        proceed();
    }

    /// Stops writing, because the request is over in another way.
    synchronized void close() {
        isOver = true;
        demand = null;
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }

    private void proceed() {
        Runnable next;
        try {
            next = writeWhileReady();
        } catch (IOException | IllegalStateException _) {
            close();
            onFailure.run();
            return;
        }
        if (next != null) {
            next.run();
        }
    }

    /// Writes what there is and what the client has room for. Synchronized with [#close], because the container
    /// reuses its objects after the end of the request.
    ///
    /// @return what asks for more or ends the request; null if there is no room or something is still missing
    private synchronized @Nullable Runnable writeWhileReady() throws IOException {
        while (!isOver && isWritable) {
            if (!out.isReady()) {
                isWritable = false; // the container calls onWritePossible
            } else if (chunk != null) {
                ByteBuffer bytes = chunk.getByteBuffer();
                byte[] array = new byte[bytes.remaining()];
                bytes.get(array);
                chunk.release();
                chunk = null;
                isFlushed = isLast;
                out.write(array);
            } else if (!isFlushed) {
                isFlushed = true;
                out.flush();
            } else if (isLast) {
                isOver = true;
                return onEnd;
            } else {
                Runnable next = demand;
                demand = null;
                return next;
            }
        }
        return null;
    }

    @Override
    public void onWritePossible() {
        synchronized (this) {
            isWritable = true;
        }
        proceed();
    }

    @Override
    public void onError(Throwable failure) {
        close();
        onFailure.run();
    }
}
