package dev.microgpt.load;

import dev.microgpt.support.RawWebSocket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/// A watcher that reads slowly, or nothing at all.
final class LazyWatcher {

    private static final int BYTES = 1024;
    private static final int PAUSE_MILLIS = 250; // so 4 kB a second
    private static final Duration TIME_TO_END = Duration.ofSeconds(2);

    private final RawWebSocket socket;
    private final Thread reader;
    private volatile boolean isOver;

    /// @param reads whether it reads at all. Who does not asks for all losses from the first one on, so
    ///     that more is on its way than fits into the buffers of the system.
    LazyWatcher(int port, String session, boolean reads) throws IOException {
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
            // Cut off, or over.
        }
    }

    /// Ends the connection.
    ///
    /// @return whether the service had ended it
    boolean end() {
        isOver = true;
        reader.interrupt();
        try (socket) {
            return socket.endsWithin(TIME_TO_END);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
