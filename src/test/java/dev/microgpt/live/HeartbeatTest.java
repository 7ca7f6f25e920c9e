package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawWebSocket;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/// Clients are pinged, and disconnected if nothing arrives from them.
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "microgpt.demo=false",
            "microgpt.live.ping-interval=200ms",
            "microgpt.live.silence=1s",
            "microgpt.live.send-timeout=2s"
        })
@MostlyWaiting
final class HeartbeatTest {

    private static final String NAME = "heartbeat";
    private static final Duration SILENCE = Duration.ofSeconds(1);

    private final Api api;

    HeartbeatTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    /// Reads without answering until the service closes the connection.
    private static int countPingsUntilClosed(RawWebSocket socket) throws IOException {
        int pings = 0;
        while (true) {
            RawWebSocket.Frame frame = socket.next();
            if (frame.opcode() == RawWebSocket.CLOSE) {
                assertThat(frame.closeCode()).isEqualTo(4408);
                return pings;
            }
            assertThat(frame.opcode()).isEqualTo(RawWebSocket.PING);
            pings++;
        }
    }

    @Test
    void silentClientIsDisconnectedAndOneThatAnswersPingsIsNot() throws Exception {
        api.initSixNames(NAME);
        long start = System.nanoTime();
        try (Live polite = Live.connect(api.port()); // sends nothing but pongs
                RawWebSocket silent = RawWebSocket.connect(api.port())) {
            assertThat(countPingsUntilClosed(silent)).isPositive();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SILENCE);
            // it does not answer the close frame either, so the service ends the connection
            assertThatThrownBy(silent::next).isInstanceOf(EOFException.class);

            polite.send("getConfig", "session", NAME);
            polite.next("config");
        }
    }

    /// Waits for a ping, and skips answers to messages before it.
    private static byte[] awaitPing(RawWebSocket socket) throws IOException {
        RawWebSocket.Frame frame = socket.next();
        while (frame.opcode() == RawWebSocket.TEXT) {
            frame = socket.next();
        }
        assertThat(frame.opcode()).isEqualTo(RawWebSocket.PING);
        return frame.payload();
    }

    @Test
    void anyMessageKeepsTheConnectionOpen() throws Exception {
        try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
            for (int i = 0; i < 8; i++) { // longer than the timeout
                awaitPing(socket);
                socket.sendText("{\"type\": \"stop\", \"session\": \"nobody\"}");
            }
            for (int i = 0; i < 8; i++) {
                socket.send(RawWebSocket.PONG, awaitPing(socket));
            }
            awaitPing(socket);
        }
    }

    @Test
    void clientThatWaitsForALongAnswerIsNotDisconnected() {
        api.init(NAME, Map.of("engine", "scalar", "nEmbd", 32, "nLayer", 2, "text", Api.SIX_NAMES));
        try (Live live = Live.connect(api.port())) {
            long nanos = 0;
            for (int count = 50; nanos < SILENCE.toNanos() * 5 / 4; count *= 2) {
                long start = System.nanoTime();
                live.send("generate", "session", NAME, "count", count);
                live.next("generated");
                nanos = System.nanoTime() - start;
            }
        }
    }

    @Test
    void invalidSettingsAreRejected() {
        assertThatThrownBy(() -> settings(15, 15, 20))
                .hasMessageContaining("microgpt.live.silence");
        assertThatThrownBy(() -> settings(0, 60, 20)).hasMessageContaining("ping-interval");
        assertThatThrownBy(() -> settings(15, 60, -1)).hasMessageContaining("send-timeout");
        assertThatThrownBy(() -> settings(15, 60, 20, 0))
                .hasMessageContaining(
                        "microgpt.live.frames-per-second must be between 1 and 1000000, but is 0");
    }

    private static LiveSettings settings(int ping, int silence, int send) {
        return settings(ping, silence, send, 1);
    }

    private static LiveSettings settings(int ping, int silence, int send, int framesPerSecond) {
        return new LiveSettings(
                Duration.ofSeconds(ping),
                Duration.ofSeconds(silence),
                Duration.ofSeconds(send),
                framesPerSecond);
    }
}
