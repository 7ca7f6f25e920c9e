package dev.microgpt.verification.load;

import dev.microgpt.support.RawWebSocket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Very many watchers of one session, half of them WebSockets and half event streams. One thread reads them
/// all and only counts the bytes of each, so that they cost this process little.
final class Crowd implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int SMALL_BUFFER_BYTES = 1024;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /// Shorter than the service requires, which closes silent WebSockets.
    private static final long PONG_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// A masked, empty pong frame.
    private static final byte[] PONG = {(byte) 0x8a, (byte) 0x80, 0, 0, 0, 0};

    private final Selector selector = Selector.open();
    private final List<Watcher> readers = new ArrayList<>();
    private final List<Watcher> silent = new ArrayList<>();
    private final Thread thread = Thread.ofPlatform().name("crowd").daemon().unstarted(this::read);
    private volatile boolean isOver;

    /// One connection.
    private static final class Watcher {

        final SocketChannel channel;
        final boolean isSocket;
        final AtomicLong bytes = new AtomicLong();
        volatile boolean isClosed;

        Watcher(SocketChannel channel, boolean isSocket) {
            this.channel = channel;
            this.isSocket = isSocket;
        }
    }

    private Crowd() throws IOException {}

    /// Connects all watchers.
    ///
    /// @param readers how many watchers of each kind read
    /// @param silent how many watchers of each kind never read
    static Crowd connect(int port, String session, int readers, int silent) throws IOException {
        Crowd crowd = new Crowd();
        try {
            for (int i = 0; i < 2 * (readers + silent); i++) {
                crowd.add(port, session, i % 2 == 0, i >= 2 * readers);
            }
        } catch (IOException e) {
            crowd.close();
            throw e;
        }
        crowd.thread.start();
        return crowd;
    }

    private void add(int port, String session, boolean isSocket, boolean isSilent)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        Watcher watcher = new Watcher(channel, isSocket);
        (isSilent ? silent : readers).add(watcher);
        if (isSilent) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER_BYTES);
        }
        channel.connect(new InetSocketAddress("localhost", port));
        String request =
                isSocket
                        ? RawWebSocket.handshakeRequest(port)
                        : "GET /api/v1/sessions/%s/events HTTP/1.1\r\nHost: localhost:%d\r\nAccept: text/event-stream\r\n\r\n"
                                .formatted(session, port);
        write(channel, request.getBytes(StandardCharsets.US_ASCII));
        if (isSocket) {
            write(channel, subscribe(session));
        }
        if (!isSilent) {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, watcher);
        }
    }

    /// Returns a text frame whose mask is zero.
    private static byte[] subscribe(String session) {
        byte[] text =
                "{\"type\":\"subscribe\",\"session\":\"%s\"}"
                        .formatted(session)
                        .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(text.length + 6)
                .put((byte) 0x81)
                .put((byte) (0x80 | text.length))
                .putInt(0)
                .put(text)
                .array();
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long lastPongs = System.nanoTime();
        try {
            while (!isOver) {
                selector.select(key -> read(key, buffer), TimeUnit.SECONDS.toMillis(1));
                if (System.nanoTime() - lastPongs > PONG_NANOS) {
                    lastPongs = System.nanoTime();
                    readers.stream().filter(watcher -> watcher.isSocket).forEach(Crowd::pong);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(SelectionKey key, ByteBuffer buffer) {
        Watcher watcher = (Watcher) key.attachment();
        try {
            int count = watcher.channel.read(buffer.clear());
            if (count >= 0) {
                watcher.bytes.addAndGet(count);
                return;
            }
        } catch (IOException _) {
            // The service cut the connection.
        }
        watcher.isClosed = true;
        key.cancel();
    }

    private static void pong(Watcher watcher) {
        try {
            watcher.channel.write(ByteBuffer.wrap(PONG));
        } catch (IOException _) {
            watcher.isClosed = true;
        }
    }

    /// Returns how many bytes each reader has received so far.
    long[] bytes() {
        return readers.stream().mapToLong(watcher -> watcher.bytes.get()).toArray();
    }

    /// Returns how many readers have received nothing since, or were disconnected.
    ///
    /// @param before the earlier result of [#bytes()]
    int leftBehind(long[] before) {
        int left = 0;
        for (int i = 0; i < before.length; i++) {
            Watcher watcher = readers.get(i);
            if (watcher.isClosed || watcher.bytes.get() == before[i]) {
                left++;
            }
        }
        return left;
    }

    @Override
    public void close() {
        isOver = true;
        selector.wakeup();
        try {
            thread.join(CLOSE_TIMEOUT);
            for (Watcher watcher : readers) {
                watcher.channel.close();
            }
            for (Watcher watcher : silent) {
                watcher.channel.close();
            }
            selector.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
