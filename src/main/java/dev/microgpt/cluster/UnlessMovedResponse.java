package dev.microgpt.cluster;

import dev.microgpt.wire.MovedCall;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/// A response that is dropped once its call is known to have met a session that moves. The response that it wraps can
/// then still be used for another one.
final class UnlessMovedResponse extends HttpServletResponseWrapper {

    private final MovedCall call;

    UnlessMovedResponse(HttpServletResponse response, MovedCall call) {
        super(response);
        this.call = call;
    }

    @Override
    public void setStatus(int status) {
        if (!call.hasMoved()) {
            super.setStatus(status);
        }
    }

    @Override
    public void setHeader(String name, String value) {
        if (!call.hasMoved()) {
            super.setHeader(name, value);
        }
    }

    @Override
    public void addHeader(String name, String value) {
        if (!call.hasMoved()) {
            super.addHeader(name, value);
        }
    }

    @Override
    public void setContentType(String type) {
        if (!call.hasMoved()) {
            super.setContentType(type);
        }
    }

    @Override
    public void setCharacterEncoding(String encoding) {
        if (!call.hasMoved()) {
            super.setCharacterEncoding(encoding);
        }
    }

    @Override
    public void setContentLength(int length) {
        if (!call.hasMoved()) {
            super.setContentLength(length);
        }
    }

    @Override
    public void setContentLengthLong(long length) {
        if (!call.hasMoved()) {
            super.setContentLengthLong(length);
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        return call.hasMoved() ? new Nowhere() : super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        return call.hasMoved() ? new PrintWriter(Writer.nullWriter()) : super.getWriter();
    }

    @Override
    public void flushBuffer() throws IOException {
        if (!call.hasMoved()) {
            super.flushBuffer();
        }
    }

    /// Takes a body that nobody gets.
    private static final class Nowhere extends ServletOutputStream {

        @Override
        public void write(int b) {}

        @Override
        public void write(byte[] bytes, int offset, int length) {}

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new IllegalStateException("the call has moved");
        }
    }
}
