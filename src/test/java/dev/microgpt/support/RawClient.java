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

    /// Reads until something has come that ends as the headers of an answer do.
    ///
    /// @return all since the last time
    public String head(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!ended && !received().endsWith("\r\n\r\n") && System.nanoTime() < deadline) {
            receiveFor(Duration.ofMillis(20));
        }
        String result = received();
        received.reset();
        return result;
    }

    /// Reads what comes within a time.
    private void receiveFor(Duration time) {
        byte[] buffer = new byte[1 << 14];
        long deadline = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toMillis(); left > 0 && !ended; ) {
                socket.setSoTimeout((int) left);
                int read = socket.getInputStream().read(buffer);
                if (read < 0) {
                    ended = true;
                } else {
                    received.write(buffer, 0, read);
                }
                left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
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
