package dev.microgpt.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A connection on which a request goes out as slowly, and in as many pieces, as a test wants.
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

    /// Sends some bytes; what nobody takes any more is dropped.
    public void send(String text) {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// See [#send(String)].
    public void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException _) {
            // the service has closed it; what it has sent before is there to be read
        }
    }

    /// Sends nothing more.
    public void endSending() {
        try {
            socket.shutdownOutput();
        } catch (IOException _) {
            // the service has closed it, see above
        }
    }

    /// Sends the same again and again, with a pause after each time, until the connection ends.
    ///
    /// @return whether it has ended in time
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
    /// @return whether it has ended in time
    public boolean endsWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!ended && System.nanoTime() < deadline) {
            receiveFor(Duration.ofMillis(100));
        }
        return ended;
    }

    /// Reads the status line and the headers of an answer, and not one byte of its body: a body
    /// that is still being sent may fill what the connection holds.
    ///
    /// @return what was read, without what came before
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

    /// Reads what comes within a time.
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
            // nothing came
        } catch (IOException _) {
            ended = true; // reset
        }
    }

    /// All that was read since the last head.
    public String received() {
        return received.toString(StandardCharsets.UTF_8);
    }

    /// The answer, if there was one, once the connection has ended.
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
