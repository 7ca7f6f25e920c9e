package dev.microgpt.verification.support;

import dev.microgpt.support.RawWebSocket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/// A watcher that reads slowly, or never reads.
public final class SlowWatcher {

    private static final int BYTES = 1024;
    private static final int PAUSE_MILLIS = 250; // between reads: 4 kB a second
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final RawWebSocket socket;
    private final Thread reader;
    private volatile boolean isOver;

    /// Connects and subscribes to a session.
    ///
    /// @param reads whether it reads. A watcher that never reads asks for all losses from step 1, so that
    ///     more is sent to it than the system's socket buffers can hold.
    public SlowWatcher(int port, String session, boolean reads) throws IOException {
        socket = RawWebSocket.connectWithSmallBuffer(port);
        socket.sendText(
                "{\"type\":\"subscribe\",\"session\":\"%s\"%s}"
                        .formatted(session, reads ? "" : ",\"fromStep\":1"));
        reader = Thread.ofPlatform().name("slow-watcher").daemon().unstarted(this::read);
        if (reads) {
            reader.start();
        }
    }

    private void read() {
        byte[] buffer = new byte[BYTES];
        try {
            while (!isOver && socket.read(buffer) >= 0) {
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (IOException | InterruptedException _) {
            // The service cut the connection, or end() was called.
        }
    }

    /// Ends the connection.
    ///
    /// @return whether the service had closed it before
    public boolean end() {
        isOver = true;
        reader.interrupt();
        try (socket) {
            return socket.endsWithin(CLOSE_TIMEOUT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
