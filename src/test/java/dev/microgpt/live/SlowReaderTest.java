package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawWebSocket;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/// A client that stops reading is disconnected after a while, and until then it delays no other client.
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"microgpt.demo=false", "microgpt.live.send-timeout=1s"})
@MostlyWaiting
final class SlowReaderTest {

    private static final String NAME = "slow-reader";
    private static final int STEPS = 400_000; // more than the system's socket buffers hold

    private final Api api;
    private final LiveEndpoint endpoint;

    SlowReaderTest(@LocalServerPort int port, @Autowired LiveEndpoint endpoint) {
        this.endpoint = endpoint;
        api = new Api(port);
    }

    @BeforeEach
    void trainManySteps() {
        api.init(NAME, Map.of("nEmbd", 1, "nHead", 1, "blockSize", 1, "text", "a\nb"));
        api.step(NAME, STEPS);
    }

    private void awaitDisconnect() {
        await().atMost(Duration.ofSeconds(30)).until(() -> endpoint.numConnections() == 0);
    }

    /// Reads what has been sent. It must end without a close frame, for which there was no room.
    private static void assertCutOff(RawWebSocket socket) {
        assertThatThrownBy(
                        () -> {
                            while (socket.next().opcode() != RawWebSocket.CLOSE) {
                                // skips what was sent before
                            }
                        })
                .isInstanceOf(IOException.class);
    }

    @Test
    void clientThatReadsNoFramesIsDisconnectedAndDelaysNobody() throws Exception {
        try (RawWebSocket stuck = RawWebSocket.connectWithSmallBuffer(api.port())) {
            stuck.sendText(
                    "{\"type\": \"subscribe\", \"session\": \"%s\", \"fromStep\": 1}"
                            .formatted(NAME));
            try (Live other = Live.connect(api.port())) {
                other.send("subscribe", "session", NAME);
                other.next("subscribed");
                api.step(NAME, 1_000);
                new Frames(STEPS + 1).collect(other, STEPS + 1_000);
            }
            awaitDisconnect();
            assertCutOff(stuck);
        }
    }

    @Test
    void clientThatReadsNoAnswersIsDisconnected() throws Exception {
        try (RawWebSocket stuck = RawWebSocket.connectWithSmallBuffer(api.port())) {
            for (int i = 0; i < 20; i++) {
                stuck.sendText(
                        "{\"type\": \"getLossHistory\", \"session\": \"%s\"}".formatted(NAME));
            }
            awaitDisconnect();
            assertCutOff(stuck);
        }
    }
}
