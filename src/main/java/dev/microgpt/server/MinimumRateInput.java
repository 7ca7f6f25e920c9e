package dev.microgpt.server;

import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketWrapperBase;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.SocketTimeoutException;
import java.util.function.Supplier;

/// Reads the bodies of a connection's requests and enforces a minimum rate. Only the time spent waiting for
/// the client counts, not the time in which the service processes what it has read.
///
/// Tomcat's read timeout limits only the time between two reads; see [MinimumRateProtocol].
final class MinimumRateInput implements InputBuffer {

    private final Request request;
    private final InputBuffer input;
    private final MinimumRate minimumRate;
    private final Supplier<SocketWrapperBase<?>> socket;
    private final String stopped;
    private long requestStart;
    private long bytes;
    private long nanos;

    /// @param socket returns the socket that the request's processor currently has
    MinimumRateInput(
            Request request, MinimumRate minimumRate, Supplier<SocketWrapperBase<?>> socket) {
        this.socket = socket;
        this.request = request;
        input = request.getInputBuffer();
        this.minimumRate = minimumRate;
        stopped =
                ("the body has stopped arriving: no byte of it came for %s s, and the minimum is %d bytes"
                                + " per second")
                        .formatted(
                                BigDecimal.valueOf(minimumRate.grace().toMillis(), 3)
                                        .stripTrailingZeros()
                                        .toPlainString(),
                                minimumRate.bytesPerSecond());
    }

    /// Returns what a client is told whose body stops arriving.
    String stopped() {
        return stopped;
    }

    /// Returns a callback that closes the connection of the current request. It stays valid after the request,
    /// for example when the connection has become a WebSocket.
    Runnable connectionAbort() {
        return socket.get()::close;
    }

    /// @throws SocketTimeoutException if the body arrives too slowly
    @Override
    public int doRead(ApplicationBufferHandler handler) throws IOException {
        if (requestStart != request.getStartTimeNanos()) {
            requestStart = request.getStartTimeNanos();
            bytes = 0;
            nanos = 0;
        }
        long start = System.nanoTime();
        int read = readOrTimeOut(handler);
        nanos += System.nanoTime() - start;
        bytes += Math.max(0, read);
        if (read > 0 && minimumRate.isTooSlow(bytes, nanos)) {
            throw new SocketTimeoutException(
                    "the body is too slow: %d bytes arrived in %d s, but the minimum is %d bytes per second"
                            .formatted(bytes, nanos / 1_000_000_000, minimumRate.bytesPerSecond()));
        }
        return read;
    }

    /// Names the time that has passed without a byte, which Tomcat's exception does not.
    private int readOrTimeOut(ApplicationBufferHandler handler) throws IOException {
        try {
            return input.doRead(handler);
        } catch (SocketTimeoutException e) {
            SocketTimeoutException named = new SocketTimeoutException(stopped);
            named.initCause(e);
            throw named;
        }
    }

    @Override
    public int available() {
        return input.available();
    }
}
