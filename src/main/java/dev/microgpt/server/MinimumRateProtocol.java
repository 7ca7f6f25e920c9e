package dev.microgpt.server;

import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

import java.io.IOException;
import java.time.Duration;

/// Tomcat's HTTP/1.1, with a limit to the time that the headers of a request may take, and to how slowly a
/// body may come. Tomcat's own limit is to the time between two bytes: one every few seconds would keep a
/// connection for hours.
public final class MinimumRateProtocol extends Http11NioProtocol {

    private long headerNanos = Long.MAX_VALUE;
    private MinimumRate pace = new MinimumRate(Duration.ofDays(1), 1);

    /// Tomcat makes it by the name of its class; see [#limit].
    public MinimumRateProtocol() {}

    void limit(SlowClientSettings settings) {
        headerNanos = settings.headerTime().toNanos();
        pace = new MinimumRate(settings.pause(), settings.bytesPerSecond());
        int pause = Math.toIntExact(settings.pause().toMillis());
        setConnectionTimeout(pause);
        setConnectionUploadTimeout(pause); // what was left for the headers is not for the body
        setDisableUploadTimeout(false);
    }

    @Override
    protected Processor createProcessor() {
        return new PacedProcessor(this);
    }

    private static final class PacedProcessor extends Http11Processor {

        private final long headerNanos;

        PacedProcessor(MinimumRateProtocol protocol) {
            super(protocol, protocol.getAdapter());
            headerNanos = protocol.headerNanos;
            request.setInputBuffer(
                    new MinimumRateInput(request, protocol.pace, this::getSocketWrapper));
        }

        @Override
        public SocketState service(SocketWrapperBase<?> socket) throws IOException {
            SocketState state = super.service(socket);
            long start = request.getStartTimeNanos();
            if (state != SocketState.LONG || isAsync() || start < 0) {
                return state;
            }
            // The headers are not complete: Tomcat would wait for more of them.
            long left = headerNanos - (System.nanoTime() - start);
            if (left <= 0) {
                return SocketState.CLOSED;
            }
            socket.setReadTimeout(Math.max(1, Duration.ofNanos(left).toMillis()));
            return state;
        }
    }
}
