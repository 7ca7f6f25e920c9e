package dev.microgpt.cluster;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;

import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Request;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// No body, or one that is small enough to be kept in memory, so that it can be sent several times.
final class SmallBody implements CallBody {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private volatile @Nullable Throwable failure;

    /// Returns a body that has already been read.
    static SmallBody of(byte[] body) {
        SmallBody read = new SmallBody();
        read.bytes.writeBytes(body);
        return read;
    }

    /// Reads the body without blocking.
    ///
    /// @param request in asynchronous mode
    /// @param onEnd called once, when the body has been read to its end or has failed
    void read(HttpServletRequest request, Runnable onEnd) throws IOException {
        ServletInputStream in = request.getInputStream();
        in.setReadListener(
                new ReadListener() {

                    private final byte[] buffer = new byte[1 << 13];

                    @Override
                    public void onDataAvailable() {
                        try {
                            while (in.isReady() && !in.isFinished()) {
                                int read = in.read(buffer);
                                bytes.write(buffer, 0, Math.max(0, read));
                            }
                        } catch (IOException e) {
                            onError(e); // otherwise the container would close the connection
                        }
                    }

                    @Override
                    public void onAllDataRead() {
                        onEnd.run();
                    }

                    @Override
                    public void onError(Throwable cause) {
                        if (failure == null) {
                            failure = cause;
                            onEnd.run();
                        }
                    }
                });
    }

    @Override
    public void addTo(Request request) {
        if (bytes.size() > 0) {
            request.body(new BytesRequestContent((String) null, bytes.toByteArray()));
        }
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public @Nullable Throwable failure() {
        return failure;
    }

    /// The body has been read before the call was forwarded.
    @Override
    public void close() {}
}
