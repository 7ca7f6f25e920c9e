package dev.microgpt.server;

import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

import java.io.IOException;
import java.time.Duration;

/// Tomcat's HTTP/1.1 protocol with a timeout for all headers of a request, and a minimum rate for bodies.
///
/// Tomcat's own timeouts limit only the time between two bytes, so a client that sends a byte every few seconds
/// could keep a connection, and for a body also a thread, for hours. A reverse proxy may protect against that,
/// but the service must also run without one.
public final class MinimumRateProtocol extends Http11NioProtocol {

    private long headerNanos = Long.MAX_VALUE;
    private MinimumRate minimumRate = new MinimumRate(Duration.ofDays(1), 1);

    /// Called by Tomcat, which creates the protocol by its class name; [#configure] must follow.
    public MinimumRateProtocol() {}

    void configure(SlowClientSettings settings) {
        headerNanos = settings.headerTime().toNanos();
        minimumRate = new MinimumRate(settings.pause(), settings.bytesPerSecond());
        int pauseMillis = Math.toIntExact(settings.pause().toMillis());
        setConnectionTimeout(pauseMillis);
        setConnectionUploadTimeout(pauseMillis); // the body does not inherit the headers' timeout
        setDisableUploadTimeout(false);
    }

    @Override
    protected Processor createProcessor() {
        return new MinimumRateProcessor(this);
    }

    private static final class MinimumRateProcessor extends Http11Processor {

        private final long headerNanos;

        MinimumRateProcessor(MinimumRateProtocol protocol) {
            super(protocol, protocol.getAdapter());
            headerNanos = protocol.headerNanos;
            request.setInputBuffer(
                    new MinimumRateInput(request, protocol.minimumRate, this::getSocketWrapper));
        }

        @Override
        public SocketState service(SocketWrapperBase<?> socket) throws IOException {
            SocketState state = super.service(socket);
            long start = request.getStartTimeNanos();
            if (state != SocketState.LONG || isAsync() || start < 0) {
                return state;
            }
            // The headers are incomplete, and Tomcat is about to wait for the rest.
            long remainingNanos = headerNanos - (System.nanoTime() - start);
            if (remainingNanos <= 0) {
                return SocketState.CLOSED;
            }
            socket.setReadTimeout(Math.max(1, Duration.ofNanos(remainingNanos).toMillis()));
            return state;
        }
    }
}
