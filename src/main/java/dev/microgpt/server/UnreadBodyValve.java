package dev.microgpt.server;

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

/// Reads what an answered request still sends, so that the client gets to see the answer, but not for
/// ever: Tomcat itself would wait for each byte anew.
final class UnreadBodyValve extends ValveBase {

    private final Duration time;

    /// @param time to read in
    UnreadBodyValve(Duration time) {
        super(true);
        this.time = time;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        var coyote = request.getCoyoteRequest();
        boolean isOver =
                !request.isAsync()
                        && response.getStatus() != HttpServletResponse.SC_SWITCHING_PROTOCOLS;
        if (!isOver || coyote.hasExpectation() || isFullyRead(coyote)) {
            return;
        }
        response.finishResponse();
        if (!drain(coyote)) {
            coyote.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    static boolean isFullyRead(org.apache.coyote.Request request) {
        AtomicBoolean result = new AtomicBoolean();
        request.action(ActionCode.REQUEST_BODY_FULLY_READ, result);
        return result.get();
    }

    /// @return whether that was all
    private boolean drain(org.apache.coyote.Request request) {
        long deadline = System.nanoTime() + time.toNanos();
        Sink sink = new Sink();
        try {
            while (System.nanoTime() < deadline) {
                if (request.doRead(sink) < 0) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            return false; // gone, or too slow
        }
    }

    /// Where the bytes go.
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
