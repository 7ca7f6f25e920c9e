package dev.microgpt.web;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

import java.io.IOException;

/// A request that reports the bytes of its body to an observer as they are read.
final class ObservedRequest extends HttpServletRequestWrapper {

    private final Observer observer;

    ObservedRequest(HttpServletRequest request, Observer observer) {
        super(request);
        this.observer = observer;
    }

    /// Receives the bytes that were read, and may reject them with an exception.
    interface Observer {
        void read(byte[] bytes, int offset, int length);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        return new ObservedStream(super.getInputStream(), observer);
    }

    private static final class ObservedStream extends ServletInputStream {

        private final ServletInputStream body;
        private final Observer observer;

        ObservedStream(ServletInputStream body, Observer observer) {
            this.body = body;
            this.observer = observer;
        }

        @Override
        public int read() throws IOException {
            int b = body.read();
            if (b >= 0) {
                observer.read(new byte[] {(byte) b}, 0, 1);
            }
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = body.read(buffer, offset, length);
            if (read > 0) {
                observer.read(buffer, offset, read);
            }
            return read;
        }

        @Override
        public boolean isFinished() {
            return body.isFinished();
        }

        @Override
        public boolean isReady() {
            return body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
