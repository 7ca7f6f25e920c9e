package dev.microgpt.load;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.RawWebSocket;

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

/// Comes and goes on live connections, of one kind.
final class SoakGuest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int READ_MILLIS = 500;

    /// The ways to behave. There are about as many connections of each at any time, so that open file
    /// handles can be compared.
    enum Manner {
        /// Watches sessions, and says goodbye.
        WATCHES,
        /// Makes a session, trains it and lets it write.
        TRAINS,
        /// Asks for a lot, and is gone.
        VANISHES,
        /// Reads a few kB a second.
        READS_SLOWLY,
        /// Reads nothing, and answers no pings.
        IS_SILENT,
        /// Reads Server-Sent Events, and is gone.
        READS_EVENTS
    }

    private final HttpClient client;
    private final int port;
    private final SoakSessions sessions;
    private final SoakTally tally;
    private final Manner manner;
    private final SplittableRandom random;

    SoakGuest(
            HttpClient client,
            int port,
            SoakSessions sessions,
            SoakTally tally,
            Manner manner,
            long seed) {
        this.client = client;
        this.port = port;
        this.sessions = sessions;
        this.tally = tally;
        this.manner = manner;
        random = new SplittableRandom(seed);
    }

    /// Comes, stays for some seconds, and goes.
    void visit() throws InterruptedException {
        String session = sessions.any(random);
        String what = "guest " + manner;
        try {
            switch (manner) {
                case WATCHES -> watch(session);
                case TRAINS -> train();
                case VANISHES -> vanish(session);
                case READS_SLOWLY -> linger(session, true, stay(2, 30));
                case IS_SILENT -> linger(session, false, stay(2, 40));
                case READS_EVENTS -> readEvents(session, stay(1, 15));
            }
            tally.done(what);
        } catch (IOException | RuntimeException | AssertionError e) {
            tally.failed(what, e.toString());
        }
    }

    private Duration stay(int least, int most) {
        return Duration.ofMillis(random.nextLong(least * 1000L, most * 1000L));
    }

    private void watch(String session) throws InterruptedException {
        try (SoakSocket socket = SoakSocket.open(client, port, tally)) {
            String options =
                    List.of("", ",\"fromStep\":1", ",\"losses\":\"buckets\",\"viz\":\"none\"")
                            .get(random.nextInt(3));
            socket.send(message("subscribe", session, options));
            Thread.sleep(stay(1, 15));
            socket.send(message("unsubscribe", session, ""));
            socket.await(List.of("unsubscribed", "error"), PATIENCE);
        }
    }

    private void train() throws InterruptedException {
        String session = sessions.newName();
        try (SoakSocket socket = SoakSocket.open(client, port, tally)) {
            socket.send(message("init", session, ",\"text\":" + Json.write(Api.SIX_NAMES)));
            socket.await(List.of("ready", "error"), PATIENCE);
            socket.send(message("train", session, ",\"steps\":50"));
            socket.await(List.of("trained", "error"), PATIENCE);
            socket.send(message("generate", session, ",\"count\":3,\"id\":7"));
            socket.await(List.of("generated", "error"), PATIENCE);
            socket.send(message("getLossHistory", session, ""));
            socket.await(List.of("lossHistory", "error"), PATIENCE);
            socket.send(message("train", session, ",\"steps\":1000000"));
            Thread.sleep(stay(0, 2));
            socket.send(message("stop", session, ""));
            socket.await(List.of("stopped", "error"), PATIENCE);
            socket.send("{\"type\":\"train\",\"session\":");
            socket.await(List.of("error"), PATIENCE);
            Thread.sleep(stay(1, 6));
        } finally {
            sessions.add(session);
        }
    }

    private void vanish(String session) throws IOException, InterruptedException {
        try (RawWebSocket socket = RawWebSocket.connect(port)) {
            socket.sendText(message("subscribe", session, ",\"fromStep\":1"));
            socket.sendText(message("train", session, ",\"steps\":3000"));
            Thread.sleep(stay(0, 6));
        }
    }

    private void linger(String session, boolean reads, Duration time)
            throws IOException, InterruptedException {
        LazyWatcher watcher = new LazyWatcher(port, session, reads);
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
                    return; // deleted, or it never was
                }
                if (isFirst && read > 0) {
                    isFirst = false;
                    requireNoFailure(new String(buffer, 0, read, StandardCharsets.UTF_8));
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

    private static void requireNoFailure(String answer) throws IOException {
        if (!answer.startsWith("HTTP/1.1 2") && !answer.startsWith("HTTP/1.1 4")) {
            throw new IOException(answer);
        }
    }

    private static String message(String type, String session, String more) {
        return "{\"type\":\"%s\",\"session\":\"%s\"%s}".formatted(type, session, more);
    }
}
