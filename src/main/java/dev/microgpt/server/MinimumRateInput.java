package dev.microgpt.server;

import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketWrapperBase;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.function.Supplier;

/// The bodies of a connection's requests. Only the time in which a client is waited for counts.
final class MinimumRateInput implements InputBuffer {

    private final Request request;
    private final InputBuffer input;
    private final MinimumRate pace;
    private final Supplier<SocketWrapperBase<?>> socket;
    private long requestStart;
    private long bytes;
    private long nanos;

    /// @param socket that the processor of the requests has at present
    MinimumRateInput(Request request, MinimumRate pace, Supplier<SocketWrapperBase<?>> socket) {
        this.socket = socket;
        this.request = request;
        input = request.getInputBuffer();
        this.pace = pace;
    }

    /// Closes the connection of the present request, also later.
    Runnable hangUp() {
        return socket.get()::close;
    }

    /// @throws SocketTimeoutException if the body comes too slowly
    @Override
    public int doRead(ApplicationBufferHandler handler) throws IOException {
        if (requestStart != request.getStartTimeNanos()) {
            requestStart = request.getStartTimeNanos();
            bytes = 0;
            nanos = 0;
        }
        long start = System.nanoTime();
        int read = input.doRead(handler);
        nanos += System.nanoTime() - start;
        bytes += Math.max(0, read);
        if (read > 0 && pace.isTooSlow(bytes, nanos)) {
            throw new SocketTimeoutException(
                    "after %d s, %d bytes of the body have come; %d a second are needed"
                            .formatted(nanos / 1_000_000_000, bytes, pace.bytesPerSecond()));
        }
        return read;
    }

    @Override
    public int available() {
        return input.available();
    }
}
