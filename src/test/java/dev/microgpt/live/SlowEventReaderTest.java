package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Event streams occupy no thread, and readers that do not read are disconnected.
@MostlyWaiting
final class SlowEventReaderTest {

    private static final String NAME = "slow-events";
    private static final int THREADS = 8;
    private static final int READERS = 50;
    private static final int STEPS = 400_000; // more than the system's socket buffers hold

    private LocalService service;
    private Api api;

    @BeforeEach
    void start(@TempDir Path data) {
        service =
                LocalService.start(
                        data,
                        "--server.tomcat.threads.max=" + THREADS,
                        "--microgpt.limits.connections=" + READERS,
                        "--microgpt.live.send-timeout=1s",
                        "--microgpt.live.ping-interval=200ms");
        api = service.api();
        api.init(NAME, Map.of("nEmbd", 1, "nHead", 1, "blockSize", 1, "text", "a\nb"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private RawClient watch(String query) throws IOException {
        RawClient reader = RawClient.connect(api.port());
        reader.send(
                "GET /api/v1/sessions/%s/events%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .formatted(NAME, query));
        return reader;
    }

    private int numStreams() {
        return service.parts(EventsController.class).iterator().next().numStreams();
    }

    private void awaitStreams(int count) {
        await().atMost(Duration.ofSeconds(30)).until(() -> numStreams() == count);
    }

    @Test
    void servesMoreReadersThanThreads() throws Exception {
        List<RawClient> readers = new ArrayList<>();
        try {
            for (int i = 0; i < READERS; i++) {
                readers.add(watch(""));
                awaitStreams(i + 1);
            }
            long start = System.nanoTime();
            await().until(
                            () ->
                                    System.nanoTime() - start
                                            > 2_000_000_000L); // several ping intervals
            api.step(NAME, 10);
            assertThat(numStreams()).isEqualTo(READERS);
            assertThat(api.get("/sessions/" + NAME + "/events").status()).isEqualTo(409);
        } finally {
            readers.forEach(RawClient::close);
        }
        awaitStreams(0);
        RawClient again = watch("");
        awaitStreams(1);
        again.close();
    }

    @Test
    void readersThatDoNotReadAreDisconnected() throws Exception {
        api.step(NAME, STEPS);
        List<RawClient> readers = new ArrayList<>();
        try {
            for (int i = 0; i < READERS; i++) {
                RawClient reader = watch("?fromStep=1");
                readers.add(reader);
                assertThat(reader.head(Duration.ofSeconds(10)))
                        .startsWith("HTTP/1.1 200"); // and no more
            }
            awaitStreams(0);
            api.step(NAME, 10);
        } finally {
            readers.forEach(RawClient::close);
        }
    }

    /// The container reuses the objects of a request for the next one.
    @Test
    void disconnectingReadersDoNotDisturbOthers() throws Exception {
        api.post("/sessions/" + NAME + "/runs", Map.of("steps", 1_000_000_000)).ok();
        for (int round = 0; round < 40; round++) {
            List<RawClient> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(watch("?fromStep=1&maxHz=60"));
            }
            for (int i = 0; i < 5; i++) {
                assertThat(api.view(NAME).path("name").stringValue()).isEqualTo(NAME);
            }
            readers.forEach(RawClient::close);
            for (int i = 0; i < 5; i++) {
                assertThat(api.view(NAME).path("name").stringValue()).isEqualTo(NAME);
            }
        }
        api.post("/sessions/" + NAME + "/runs/1/cancel").ok();
        awaitStreams(0);
    }
}
