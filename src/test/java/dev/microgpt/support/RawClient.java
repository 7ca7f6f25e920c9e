package dev.microgpt.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A TCP connection on which a test controls how a request is sent: how slowly, and in which pieces.
public final class RawClient implements AutoCloseable {

    private final Socket socket;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private volatile boolean ended;

    private RawClient(Socket socket) {
        this.socket = socket;
    }

    public static RawClient connect(int port) throws IOException {
        return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /// Sends some bytes. They are dropped if the service has closed the connection.
    public void send(String text) {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// See [#send(String)].
    public void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException _) {
            // The service has closed the connection; what it sent before can still be read.
        }
    }

    /// Closes the sending direction.
    public void endSending() {
        try {
            socket.shutdownOutput();
        } catch (IOException _) {
            // The service has closed the connection.
        }
    }

    /// Sends the same bytes repeatedly, with a pause after each time, until the connection ends.
    ///
    /// @return whether it ended in time
    public boolean repeatUntilEnd(byte[] bytes, Duration pause, Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!ended && System.nanoTime() < deadline) {
            send(bytes);
            receiveFor(pause);
        }
        return ended;
    }

    /// Reads until the connection ends.
    ///
    /// @return whether it ended in time
    public boolean endsWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!ended && System.nanoTime() < deadline) {
            receiveFor(Duration.ofMillis(100));
        }
        return ended;
    }

    /// Reads the status line and the headers of a response, but not one byte of its body, so that a body that
    /// is still being sent fills the buffers of the connection.
    ///
    /// @return only the status line and the headers
    public String head(Duration time) {
        received.reset();
        long deadline = System.nanoTime() + time.toNanos();
        while (!ended && !received().endsWith("\r\n\r\n")) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                break;
            }
            receive(new byte[1], left);
        }
        String result = received();
        received.reset();
        return result;
    }

    /// Reads everything that arrives within a time.
    private void receiveFor(Duration time) {
        byte[] buffer = new byte[1 << 14];
        long deadline = System.nanoTime() + time.toNanos();
        for (long left = time.toMillis(); left > 0 && !ended; ) {
            receive(buffer, left);
            left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        }
    }

    /// Reads once, at most as much as the buffer holds.
    private void receive(byte[] buffer, long millis) {
        try {
            socket.setSoTimeout((int) millis);
            int read = socket.getInputStream().read(buffer);
            if (read < 0) {
                ended = true;
            } else {
                received.write(buffer, 0, read);
            }
        } catch (SocketTimeoutException _) {
            // nothing arrived
        } catch (IOException _) {
            ended = true; // reset
        }
    }

    /// Returns everything that was read since the last call of [#head].
    public String received() {
        return received.toString(StandardCharsets.UTF_8);
    }

    /// Returns the response. The connection must have ended.
    public Reply answer() {
        return RawHttp.parse(received());
    }

    public boolean isAnswered() {
        return received.size() > 0;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
