package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.RawWebSocket;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A client that stops reading is disconnected after a while, and until then nobody waits for it.
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"microgpt.demo=false", "microgpt.live.send-timeout=1s"})
final class SlowReaderTest {

    private static final String NAME = "slow-reader";
    private static final int STEPS = 400_000; // more than what systems keep for a reader

    private final Api api;
    @TempDir private Path directory;

    SlowReaderTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void trainForLong() {
        api.init(NAME, Map.of("nEmbd", 1, "nHead", 1, "blockSize", 1, "text", "a\nb"));
        api.step(NAME, STEPS);
    }

    /// The threads that write to connections, of all services of this test run.
    private Set<String> writers() throws IOException {
        Path dump = directory.resolve("threads-" + System.nanoTime());
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
        return Pattern.compile("\"live-.*?\"")
                .matcher(Files.readString(dump))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    /// The thread of a connection that has just been made.
    private String newWriter(Set<String> before) throws IOException {
        Set<String> writers = new HashSet<>();
        while (writers.isEmpty()) {
            writers.addAll(writers());
            writers.removeAll(before);
        }
        assertThat(writers).hasSize(1);
        return writers.iterator().next();
    }

    private void awaitEndOf(String writer) {
        await().atMost(Duration.ofSeconds(30)).until(() -> !writers().contains(writer));
    }

    /// Reads what has been sent, which must end without a code: there was no room for one.
    private static void assertCutOff(RawWebSocket socket) {
        assertThatThrownBy(
                        () -> {
                            while (socket.next().opcode() != RawWebSocket.CLOSE) {
                                // what was sent before
                            }
                        })
                .isInstanceOf(IOException.class);
    }

    @Test
    void readerOfNoFramesIsCutOffAndNobodyWaitsForIt() throws Exception {
        Set<String> before = writers();
        try (RawWebSocket stuck = RawWebSocket.connectWithSmallBuffer(api.port())) {
            String writer = newWriter(before);
            stuck.sendText(
                    "{\"type\": \"subscribe\", \"session\": \"%s\", \"fromStep\": 1}"
                            .formatted(NAME));
            try (Live other = Live.connect(api.port())) {
                other.send("subscribe", "session", NAME);
                other.next("subscribed");
                api.step(NAME, 1_000);
                new Frames(STEPS + 1).collect(other, STEPS + 1_000);
            }
            awaitEndOf(writer);
            assertCutOff(stuck);
        }
    }

    @Test
    void readerOfNoAnswersIsCutOff() throws Exception {
        Set<String> before = writers();
        try (RawWebSocket stuck = RawWebSocket.connectWithSmallBuffer(api.port())) {
            String writer = newWriter(before);
            for (int i = 0; i < 20; i++) {
                stuck.sendText(
                        "{\"type\": \"getLossHistory\", \"session\": \"%s\"}".formatted(NAME));
            }
            awaitEndOf(writer);
            assertCutOff(stuck);
        }
    }
}
