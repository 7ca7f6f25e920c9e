package dev.microgpt.server;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.KeyedService;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Tests that clients that send slowly or endlessly are disconnected and do not delay others.
@MostlyWaiting
final class SlowClientsTest {

    private static final String HEAD = "HEAD /api/v1/limits HTTP/1.1\r\nHost: localhost\r\n";
    private static final String LOAD = "POST /api/v1/sessions/fresh/load";

    /// Enough for other requests in the middle of a header, which are slow in a JVM that has just started.
    private static final Duration HEADER_TIME = Duration.ofSeconds(2);

    /// The longest time without a byte.
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @TempDir static Path data;
    private static LocalService service;
    private static Api api;

    @BeforeAll
    static void start() {
        service = LocalService.start(data.resolve("open"), settings());
        api = service.api();
        api.initSixNames("trained");
        api.step("trained", 2);
        api.init("fresh", java.util.Map.of());
    }

    private static String[] settings() {
        return new String[] {
            "--microgpt.senders.header-time=" + HEADER_TIME.toMillis() + "ms",
            "--microgpt.senders.pause=" + PAUSE.toMillis() + "ms",
            "--microgpt.senders.bytes-per-second=1024",
            "--microgpt.limits.text-bytes=8000000"
        };
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    /// Checks after each test that other clients are served without delay.
    @AfterEach
    void othersAreServed() {
        assertServed();
    }

    private static void assertServed() {
        long start = System.nanoTime();
        assertThat(api.get("/sessions").ok().path("sessions").size()).isEqualTo(2);
        assertThat(api.view("trained").path("step").intValue()).isEqualTo(2);
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }

    private static RawClient connect() throws IOException {
        return RawClient.connect(api.port());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void pause(int millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    @ParameterizedTest
    @CsvSource({"GET /api", "GET /api/v1/limits HTTP/1.1~Host: localhost~X-Slow: a"})
    void endlessHeadersAreCutOff(String beginning) throws IOException {
        long start = System.nanoTime();
        try (RawClient client = connect()) {
            client.send(beginning.replace("~", "\r\n"));
            assertThat(client.repeatUntilEnd(bytes("a"), Duration.ofMillis(200), TIMEOUT)).isTrue();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(took)
                .isBetween(HEADER_TIME.multipliedBy(9).dividedBy(10), HEADER_TIME.multipliedBy(3));
    }

    /// Otherwise a client might send a request just as the server closes the connection.
    @Test
    void idleConnectionIsKeptForLongerThanAPause() throws Exception {
        try (RawClient client = connect()) {
            for (int i = 0; i < 2; i++) {
                client.send(HEAD + "\r\n");
                assertThat(client.head(TIMEOUT)).startsWith("HTTP/1.1 200");
                pause(3000);
            }
        }
    }

    @Test
    void headersMayArriveInPieces() throws Exception {
        try (RawClient client = connect()) {
            for (int i = 0; i < 2; i++) {
                client.send("HEAD /api/v1/lim");
                pause(200);
                assertServed();
                client.send("its HTTP/1.1\r\nHost: loc");
                pause(200);
                client.send("alhost\r\n\r\n");
                assertThat(client.head(TIMEOUT)).startsWith("HTTP/1.1 200");
                pause(500); // the time of the next request begins with its first byte
            }
        }
    }

    @Test
    void aPipelinedRequestHasItsOwnHeaderTime() throws Exception {
        try (RawClient client = connect()) {
            client.send(HEAD + "\r\n" + HEAD);
            assertThat(client.head(TIMEOUT)).startsWith("HTTP/1.1 200");
            pause(300);
            client.send("\r\n" + HEAD);
            assertThat(client.head(TIMEOUT)).startsWith("HTTP/1.1 200");
            assertThat(client.repeatUntilEnd(bytes("a"), Duration.ofMillis(200), TIMEOUT)).isTrue();
        }
    }

    @Test
    void halfOpenConnectionsAreClosed() throws IOException {
        List<RawClient> peers = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                RawClient peer = connect();
                peers.add(peer);
                peer.send(
                        i % 2 == 0
                                ? ""
                                : "GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: we");
            }
            assertServed();
            for (RawClient peer : peers) {
                assertThat(peer.endsWithin(TIMEOUT)).isTrue();
            }
        } finally {
            peers.forEach(RawClient::close);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/sessions/fresh/load, text/plain",
        "/sessions/fresh/load, application/json",
        "/sessions/trained/step, application/json",
        "/sessions/trained/generate, application/json"
    })
    void slowBodyIsRejected(String path, String type) throws IOException {
        try (RawClient client = connect()) {
            client.send(
                    "POST /api/v1%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: 100000\r\n\r\n"
                            .formatted(path, type));
            byte[] piece = bytes(" ".repeat(100)); // 500 bytes a second
            assertThat(client.repeatUntilEnd(piece, Duration.ofMillis(200), TIMEOUT)).isTrue();
            assertProblem(client.answer(), 408, "too_slow").hasDetail("1024 bytes per second");
            assertThat(client.answer().header("Connection")).isEqualTo("close");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/sessions/fresh/load, text/plain, Content-Length: 1000~~   ",
        "/sessions/trained/step, application/json, Transfer-Encoding: chunked~~3~   ~",
        "/sessions/trained/step, application/json, Transfer-Encoding: chunked~~3~ "
    })
    void bodyThatStopsIsRejected(String path, String type, String rest) throws IOException {
        try (RawClient client = connect()) {
            client.send(
                    "POST /api/v1%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n%s"
                            .formatted(path, type, rest.replace("~", "\r\n")));
            await().atMost(TIMEOUT)
                    .until(() -> client.endsWithin(Duration.ofMillis(100)) || client.isAnswered());
            long answered = System.nanoTime();
            assertThat(client.endsWithin(TIMEOUT)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - answered)) // without another pause
                    .isLessThan(PAUSE.multipliedBy(8).dividedBy(10));
            assertProblem(client.answer(), 408, "too_slow")
                    .hasDetail("no byte of it came for " + PAUSE.toSeconds() + " s")
                    .hasDetail("1024 bytes per second");
            assertThat(client.answer().header("Connection")).isEqualTo("close");
        }
    }

    /// Only the time that the service waits for the body counts.
    @Test
    void fastBodyMayBeLarge() {
        assertThat(
                        api.postText("/sessions/fresh/load", "abc\n".repeat(1_900_000))
                                .ok()
                                .path("numDocs")
                                .intValue())
                .isEqualTo(1_900_000);
        assertThat(api.postText("/sessions/fresh/load", "abc").status()).isEqualTo(200);
    }

    /// Requests that are rejected before the body is read: status, code, method and path.
    private static final List<String> REJECTED =
            List.of(
                    "404 not_found POST /api/v1/sessions/nobody/load",
                    "404 not_found POST /api/v1/nope",
                    "405 method_not_allowed PUT /api/v1/sessions",
                    "409 already_trained POST /api/v1/sessions/trained/load",
                    "415 unsupported_media_type POST /api/v1/sessions/trained/step",
                    "401 unauthorized POST /api/v1/sessions/trained/load");

    @Test
    void rejectedRequestsGetAResponseAndAreClosed() throws Exception {
        try (KeyedService keyed = new KeyedService(data.resolve("keyed"), settings())) {
            List<Thread> clients = new ArrayList<>();
            List<String> failures = java.util.Collections.synchronizedList(new ArrayList<>());
            for (String rejected : REJECTED) {
                int port = rejected.startsWith("401") ? keyed.port() : api.port();
                for (int pause : new int[] {1, 200}) {
                    Runnable call =
                            () -> {
                                try {
                                    assertRejected(port, rejected, pause);
                                } catch (IOException | AssertionError | RuntimeException e) {
                                    failures.add(rejected + ", pause " + pause + ": " + e);
                                }
                            };
                    clients.add(Thread.ofVirtual().start(call));
                }
            }
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failures).isEmpty();
        }
    }

    /// @param pause milliseconds after each piece of an endless body
    private static void assertRejected(int port, String rejected, int pause) throws IOException {
        String[] parts = rejected.split(" ", 3);
        try (RawClient client = RawClient.connect(port)) {
            client.send(
                    parts[2]
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] piece = bytes(pause < 10 ? "400\r\n" + "a".repeat(1024) + "\r\n" : "1\r\na\r\n");
            assertThat(client.repeatUntilEnd(piece, Duration.ofMillis(pause), TIMEOUT))
                    .as(rejected)
                    .isTrue();
            assertProblem(client.answer(), Integer.parseInt(parts[0]), parts[1]);
        }
    }

    @Test
    void endlessBodyIsTooLarge() throws IOException {
        byte[] line = bytes("a\n".repeat(1 << 15));
        byte[] size = bytes(Integer.toHexString(line.length) + "\r\n");
        byte[] chunk = Arrays.copyOf(size, size.length + line.length + 2);
        System.arraycopy(line, 0, chunk, size.length, line.length);
        chunk[chunk.length - 2] = '\r';
        chunk[chunk.length - 1] = '\n';
        for (String type : List.of("text/plain", "application/json")) {
            try (RawClient client = connect()) {
                client.send(
                        LOAD
                                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                + type
                                + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                if (type.endsWith("json")) {
                    client.send("B\r\n{\"text\": \"a\r\n");
                    Arrays.fill(chunk, size.length, chunk.length - 2, (byte) 'a');
                }
                assertThat(
                                client.repeatUntilEnd(
                                        chunk, Duration.ofMillis(1), TIMEOUT.multipliedBy(4)))
                        .isTrue();
                Reply reply = client.answer();
                assertProblem(reply, 413, "too_large");
            }
        }
    }
}
