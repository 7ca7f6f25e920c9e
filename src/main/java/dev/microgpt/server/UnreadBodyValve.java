package dev.microgpt.server;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// Reads and discards the rest of a body after the response, so that the client can read the response, but
/// only for a limited time. After a timeout (408), nothing more is expected, and the connection is closed.
///
/// Tomcat does the same by itself, but its timeout starts again with each byte, so that a slow client could
/// occupy the thread for hours.
final class UnreadBodyValve extends ValveBase {

    private final Duration timeout;

    /// @param timeout for reading the rest of the body
    UnreadBodyValve(Duration timeout) {
        super(true);
        this.timeout = timeout;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        if (isFullyRead(request.getCoyoteRequest())) {
            return;
        }
        if (request.isAsyncStarted()) {
            request.getAsyncContext()
                    .addListener(new AsyncEnd(() -> discardRest(request, response)));
        } else {
            discardRest(request, response);
        }
    }

    private void discardRest(Request request, Response response) throws IOException {
        var coyote = request.getCoyoteRequest();
        boolean isUpgrade = response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
        if (isUpgrade || coyote.hasExpectation() || isFullyRead(coyote)) {
            return;
        }
        response.finishResponse();
        boolean isTimeout = response.getStatus() == HttpServletResponse.SC_REQUEST_TIMEOUT;
        if (isTimeout || !drain(coyote)) {
            coyote.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    /// Returns whether the body of a request has been read to its end.
    static boolean isFullyRead(org.apache.coyote.Request request) {
        AtomicBoolean result = new AtomicBoolean();
        request.action(ActionCode.REQUEST_BODY_FULLY_READ, result);
        return result.get();
    }

    /// @return whether the end of the body was reached
    private boolean drain(org.apache.coyote.Request request) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Sink sink = new Sink();
        try {
            while (System.nanoTime() < deadline) {
                if (request.doRead(sink) < 0) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            return false; // the client is gone or too slow
        }
    }

    /// Does something when the container ends a request that was handled asynchronously.
    private record AsyncEnd(Task task) implements AsyncListener {

        private interface Task {
            void run() throws IOException;
        }

        @Override
        public void onComplete(AsyncEvent event) throws IOException {
            task.run();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    /// Discards the bytes.
    private static final class Sink implements ApplicationBufferHandler {

        private ByteBuffer buffer = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer newBuffer) {
            buffer = newBuffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return buffer;
        }

        @Override
        public void expand(int size) {}
    }
}
