package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.stream.Collectors.joining;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.RawClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;

/// Tests that a client that does not read its stream of samples blocks no one and is disconnected.
final class SlowSampleReaderTest {

    private static final String NAME = "unread";
    private static final int SAMPLES = 200; // about 60 MB, far more than the sockets hold

    /// With this many characters, an untrained model seldom draws the end of a text.
    private static final String ALPHABET =
            IntStream.rangeClosed('!', '~').mapToObj(Character::toString).collect(joining());

    private static final Duration PAUSE = Duration.ofSeconds(1);

    @Test
    void anUnreadStreamIsClosed(@TempDir Path data) throws Exception {
        try (LocalService service = LocalService.start(data, "--microgpt.senders.pause=" + PAUSE)) {
            Api api = service.api();
            api.init(NAME, Map.of("blockSize", 64, "text", ALPHABET));
            String body = "{\"count\":%d,\"viz\":true}".formatted(SAMPLES);
            try (RawClient reader = RawClient.connect(api.port())) {
                reader.send(
                        "POST /api/v1/sessions/%s/generate HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                .formatted(NAME, body.length(), body));
                assertThat(reader.head(Duration.ofSeconds(10))).startsWith("HTTP/1.1 200");
                long start = System.nanoTime();
                assertThat(api.step(NAME, 10).path("step").asInt()).isEqualTo(10);
                await().until(() -> System.nanoTime() - start > 4 * PAUSE.toNanos());

                assertThat(reader.endsWithin(Duration.ofSeconds(10))).isTrue();
                assertThat(reader.received().split("event: done", -1)).hasSizeLessThan(SAMPLES);
            }
        }
    }
}
