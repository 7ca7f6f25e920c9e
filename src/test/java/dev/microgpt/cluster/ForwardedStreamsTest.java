package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.microgpt.session.admission.Memory;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/// Streams that pass through a node that does not own the session: events, generated characters, large bodies.
@MostlyWaiting
final class ForwardedStreamsTest {

    private static final Duration SHORT = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path data;

    @SuppressWarnings("NullAway.Init")
    private static TestCluster cluster;

    @SuppressWarnings("NullAway.Init")
    private static Api entry;

    @SuppressWarnings("NullAway.Init")
    private static Api owner;

    @BeforeAll
    static void start() {
        cluster =
                new TestCluster(
                        2,
                        data,
                        "--microgpt.live.ping-interval=200ms",
                        "--microgpt.limits.memory-bytes=2000000000");
        entry = cluster.node(0).api();
        owner = cluster.node(1).api();
        for (String name :
                new String[] {"watched", "lines", "left", "streamed", "large", "chunked"}) {
            cluster.setOwner(name, cluster.node(1).node());
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static double numStreams(Api api) {
        String metrics = api.send(api.root("/actuator/prometheus")).body();
        return metrics.lines()
                .filter(line -> line.startsWith("microgpt_live_connections{transport=\"events\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void linesArriveAtOnce() throws Exception {
        entry.initSixNames("lines");
        // the first text is that of the highest probability, and so are all others, which are not
        // unique
        Map<String, ?> request =
                Map.of("count", 1000, "unique", true, "temperature", 0, "tries", 1_000_000);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> response =
                    client.send(
                            entry.json("/sessions/lines/generate", Json.write(request))
                                    .header("Accept", "text/plain")
                                    .build(),
                            BodyHandlers.ofInputStream());
            try (BufferedReader reader =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                assertThat(reader.readLine()).isNotNull();
                owner.delete("/sessions/lines").ok(); // while tries are left
                assertThatThrownBy(reader::readLine).isInstanceOf(IOException.class);
            }
            client.shutdownNow();
        }
    }

    @Test
    void eventsArriveAtOnce() throws Exception {
        entry.initSixNames("watched");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> response =
                    client.send(
                            entry.request("/sessions/watched/events?maxHz=60").build(),
                            BodyHandlers.ofInputStream());
            assertThat(response.headers().firstValue("Content-Type").orElse(""))
                    .startsWith("text/event-stream");
            try (BufferedReader reader =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                assertThat(reader.readLine()).isEqualTo(": watching watched");
                for (int step = 1; step <= 3; step++) {
                    owner.step("watched", 1);
                    // nothing follows that could push it out of a buffer, except comments
                    String line = Objects.requireNonNull(reader.readLine());
                    while (!line.startsWith("id: ")) {
                        line = Objects.requireNonNull(reader.readLine());
                    }
                    assertThat(line).isEqualTo("id: " + step);
                }
            }
            client.shutdownNow();
        }
    }

    @Test
    void aReaderThatLeavesIsNoticed() throws IOException {
        entry.initSixNames("left");
        await().atMost(SHORT).until(() -> numStreams(entry) == 0); // those of other tests
        try (RawClient client = RawClient.connect(entry.port())) {
            client.send(
                    "GET /api/v1/sessions/left/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 0\r\n\r\n");
            assertThat(client.head(SHORT)).startsWith("HTTP/1.1 200");
            await().until(() -> numStreams(entry) == 1);
        }
        await().atMost(SHORT).until(() -> numStreams(entry) == 0);
    }

    @Test
    void readersHoldNoThread() throws IOException {
        entry.initSixNames("watched");
        RawClient[] readers = new RawClient[300]; // there are 200 threads
        try {
            for (int i = 0; i < readers.length; i++) {
                readers[i] = RawClient.connect(entry.port());
                readers[i].send(
                        "GET /api/v1/sessions/watched/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(readers[i].head(SHORT)).startsWith("HTTP/1.1 200");
            }
            assertThat(entry.view("watched").path("name").stringValue()).isEqualTo("watched");
        } finally {
            for (RawClient reader : readers) {
                if (reader != null) {
                    reader.close();
                }
            }
        }
    }

    @Test
    void errorsOfTheOwnerArrive() {
        cluster.setOwner("missing", cluster.node(1).node());
        entry.initSixNames("watched");
        assertThat(entry.get("/sessions/missing/events").status()).isEqualTo(404);
        Reply reply = entry.get("/sessions/watched/events?fromStep=99");
        assertThat(reply).hasToString(owner.get("/sessions/watched/events?fromStep=99").toString());
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void generatedCharactersAreStreamed() {
        entry.initSixNames("streamed");
        entry.step("streamed", 200);
        Map<String, Object> body = Map.of("seed", 3, "count", 3);

        assertThat(stream(entry, body).body())
                .isEqualTo(stream(owner, body).body())
                .contains("event: token", "event: done");
        assertThat(stream(entry, body).header("X-Accel-Buffering")).isEqualTo("no");
    }

    private static Reply stream(Api api, Map<String, ?> body) {
        return api.send(
                api.body(
                                "/sessions/streamed/generate",
                                "application/json",
                                BodyPublishers.ofString(Json.write(body)))
                        .header("Accept", "text/event-stream"));
    }

    @Test
    void anUploadIsSentOnWhileItArrives() throws IOException {
        entry.initSixNames("large");
        byte[] piece = "0123456789abcdef\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
        int numPieces = 300; // 51 MB
        double before = received();
        try (RawClient client = RawClient.connect(entry.port())) {
            client.send(
                    "POST /api/v1/sessions/large/load?overwrite=true HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: "
                            + (long) piece.length * numPieces
                            + "\r\n\r\n");
            for (int i = 0; i < numPieces; i++) {
                client.send(piece);
                if (i == numPieces / 2) {
                    // the owner has reserved memory for the body before it has ended
                    await().atMost(SHORT).until(() -> received() > before + 50_000_000);
                }
            }
            assertThat(client.endsWithin(Duration.ofSeconds(60))).isTrue();
            assertThat(client.answer().ok().path("numDocs").intValue()).isEqualTo(3_000_000);
        }
    }

    /// Returns the memory that the owner has reserved.
    private static double received() {
        return cluster.node(1).service().parts(Memory.class).iterator().next().used();
    }

    @Test
    void bodiesWithoutALengthAndDownloadsPassUnchanged() throws Exception {
        entry.init("chunked", Map.of("dataset", "names", "nEmbd", 128, "nLayer", 2));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> checkpoint =
                    client.send(
                            entry.request("/sessions/chunked/checkpoint").build(),
                            BodyHandlers.ofByteArray());
            assertThat(checkpoint.statusCode()).isEqualTo(200);
            assertThat(checkpoint.body())
                    .hasSizeGreaterThan(1_000_000)
                    .isEqualTo(
                            client.send(
                                            owner.request("/sessions/chunked/checkpoint").build(),
                                            BodyHandlers.ofByteArray())
                                    .body());

            Reply restored =
                    entry.send(
                            entry.request("/sessions/chunked/checkpoint?overwrite=true")
                                    .header("Content-Type", "application/octet-stream")
                                    .PUT(
                                            BodyPublishers.fromPublisher(
                                                    BodyPublishers.ofByteArray(
                                                            checkpoint.body()))));
            assertThat(restored.ok().path("name").stringValue()).isEqualTo("chunked");
        }
    }
}
