package dev.microgpt.verification.soak;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.RawWebSocket;
import dev.microgpt.verification.support.SlowWatcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/// Opens and closes live connections, always with the same behavior.
final class LiveVisitor {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int READ_MILLIS = 500;

    /// What a visitor does. About the same number of connections shows each behavior at any time, so that the
    /// number of open file handles can be compared.
    enum Behavior {
        /// Watches a session, and closes the connection properly.
        WATCHES,
        /// Creates a session, trains it and generates texts.
        TRAINS,
        /// Requests a lot, and disconnects without a close frame.
        VANISHES,
        /// Reads 4 kB per second.
        READS_SLOWLY,
        /// Never reads, and so answers no pings.
        IS_SILENT,
        /// Reads Server-Sent Events, and disconnects.
        READS_EVENTS
    }

    private final HttpClient client;
    private final int port;
    private final SessionPool sessions;
    private final Tally tally;
    private final Behavior behavior;
    private final SplittableRandom random;

    LiveVisitor(
            HttpClient client,
            int port,
            SessionPool sessions,
            Tally tally,
            Behavior behavior,
            long seed) {
        this.client = client;
        this.port = port;
        this.sessions = sessions;
        this.tally = tally;
        this.behavior = behavior;
        random = new SplittableRandom(seed);
    }

    /// Connects, stays for some seconds, and disconnects.
    void visit() throws InterruptedException {
        String session = sessions.any(random);
        String what = "visitor " + behavior;
        try {
            switch (behavior) {
                case WATCHES -> watch(session);
                case TRAINS -> train();
                case VANISHES -> vanish(session);
                case READS_SLOWLY -> linger(session, true, randomSeconds(2, 30));
                case IS_SILENT -> linger(session, false, randomSeconds(2, 40));
                case READS_EVENTS -> readEvents(session, randomSeconds(1, 15));
            }
            tally.done(what);
        } catch (IOException | RuntimeException | AssertionError e) {
            tally.failed(what, e.toString());
        }
    }

    private Duration randomSeconds(int min, int max) {
        return Duration.ofMillis(random.nextLong(min * 1000L, max * 1000L));
    }

    private void watch(String session) throws InterruptedException {
        try (CheckedSocket socket = CheckedSocket.open(client, port, tally)) {
            String options =
                    List.of("", ",\"fromStep\":1", ",\"losses\":\"buckets\",\"viz\":\"none\"")
                            .get(random.nextInt(3));
            socket.send(message("subscribe", session, options));
            Thread.sleep(randomSeconds(1, 15));
            socket.send(message("unsubscribe", session, ""));
            socket.await(List.of("unsubscribed", "error"), TIMEOUT);
        }
    }

    private void train() throws InterruptedException {
        String session = sessions.newName();
        try (CheckedSocket socket = CheckedSocket.open(client, port, tally)) {
            socket.send(message("init", session, ",\"text\":" + Json.write(Api.SIX_NAMES)));
            socket.await(List.of("ready", "error"), TIMEOUT);
            socket.send(message("train", session, ",\"steps\":50"));
            socket.await(List.of("trained", "error"), TIMEOUT);
            socket.send(message("generate", session, ",\"count\":3,\"id\":7"));
            socket.await(List.of("generated", "error"), TIMEOUT);
            socket.send(message("getLossHistory", session, ""));
            socket.await(List.of("lossHistory", "error"), TIMEOUT);
            socket.send(message("train", session, ",\"steps\":1000000"));
            Thread.sleep(randomSeconds(0, 2));
            socket.send(message("stop", session, ""));
            socket.await(List.of("stopped", "error"), TIMEOUT);
            socket.send("{\"type\":\"train\",\"session\":");
            socket.await(List.of("error"), TIMEOUT);
            Thread.sleep(randomSeconds(1, 6));
        } finally {
            sessions.add(session);
        }
    }

    private void vanish(String session) throws IOException, InterruptedException {
        try (RawWebSocket socket = RawWebSocket.connect(port)) {
            socket.sendText(message("subscribe", session, ",\"fromStep\":1"));
            socket.sendText(message("train", session, ",\"steps\":3000"));
            Thread.sleep(randomSeconds(0, 6));
        }
    }

    private void linger(String session, boolean reads, Duration time)
            throws IOException, InterruptedException {
        SlowWatcher watcher = new SlowWatcher(port, session, reads);
        try {
            Thread.sleep(time);
        } finally {
            watcher.end();
        }
    }

    private void readEvents(String session, Duration time) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(READ_MILLIS);
            socket.getOutputStream()
                    .write(
                            "GET /api/v1/sessions/%s/events?fromStep=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .formatted(session)
                                    .getBytes(StandardCharsets.US_ASCII));
            long end = System.nanoTime() + time.toNanos();
            byte[] buffer = new byte[1 << 14];
            boolean isFirst = true;
            while (System.nanoTime() < end) {
                int read = read(socket.getInputStream(), buffer);
                if (read < 0) {
                    return; // the session was deleted, or never existed
                }
                if (isFirst && read > 0) {
                    isFirst = false;
                    requireNoServerError(new String(buffer, 0, read, StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static int read(InputStream in, byte[] buffer) throws IOException {
        try {
            return in.read(buffer);
        } catch (SocketTimeoutException _) {
            return 0;
        }
    }

    private static void requireNoServerError(String response) throws IOException {
        if (!response.startsWith("HTTP/1.1 2") && !response.startsWith("HTTP/1.1 4")) {
            throw new IOException(response);
        }
    }

    private static String message(String type, String session, String more) {
        return "{\"type\":\"%s\",\"session\":\"%s\"%s}".formatted(type, session, more);
    }
}
