package dev.microgpt.cluster;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// A request that keeps what is read of its small body, so that the call can be sent to another node afterwards.
final class KeptBodyRequest extends HttpServletRequestWrapper {

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private @Nullable ServletInputStream stream;

    KeptBodyRequest(HttpServletRequest request) {
        super(request);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        ServletInputStream opened = stream;
        if (opened == null) {
            opened = new KeepingStream(super.getInputStream());
            stream = opened;
        }
        return opened;
    }

    /// Returns the body; null if it has not been read to its end.
    byte @Nullable [] body() {
        boolean isWhole = kept.size() == Math.max(0, getContentLength());
        return isWhole ? kept.toByteArray() : null;
    }

    private final class KeepingStream extends ServletInputStream {

        private final ServletInputStream in;

        KeepingStream(ServletInputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            if (read >= 0) {
                kept.write(read);
            }
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            kept.write(buffer, offset, Math.max(0, read));
            return read;
        }

        @Override
        public boolean isFinished() {
            return in.isFinished();
        }

        @Override
        public boolean isReady() {
            return in.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            in.setReadListener(listener);
        }
    }
}
