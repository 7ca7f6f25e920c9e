package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Calls at a node for a session of another node.
@MostlyWaiting
final class ForwardTest {

    private static final AtomicInteger NUM_SESSIONS = new AtomicInteger();

    private final String name = "remote" + NUM_SESSIONS.incrementAndGet();
    private final String path = "/sessions/" + name;

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
                        "--microgpt.security.allowed-origins=https://course.example",
                        "--microgpt.limits.text-bytes=1000000");
        entry = cluster.node(0).api();
        owner = cluster.node(1).api();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void createSession() {
        cluster.setOwner(name, cluster.node(1).node());
        entry.initSixNames(name);
    }

    @Test
    void theOwnerExecutesCalls() {
        assertThat(entry.step(name, 10).path("step").intValue()).isEqualTo(10);

        assertThat(owner.view(name)).isEqualTo(entry.view(name));
        assertThat(entry.losses(name)).hasSize(10);
        assertThat(entry.patch(path, Map.of("learningRate", 0.5)).ok()).isEqualTo(owner.view(name));
        Reply deleted = entry.delete(path);
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.body()).isEmpty();
        assertProblem(owner.get(path), 404, "not_found");
    }

    @Test
    void aTextAndItsTypeArriveUnchanged() {
        assertThat(
                        entry.postText(path + "/load?overwrite=true", "äöü\n名前")
                                .ok()
                                .path("numDocs")
                                .intValue())
                .isEqualTo(2);
        Reply untyped =
                entry.send(
                        entry.request(path + "/load?overwrite=true")
                                .POST(BodyPublishers.ofString("a\nb\nc")));
        assertThat(untyped.ok().path("numDocs").intValue()).isEqualTo(3);
    }

    /// The client of the other node cannot send it.
    @Test
    void aMalformedQueryIsRejected() {
        for (String target : List.of(path + "/losses?from=%zz", "/sessions?limit=%")) {
            String request = "GET /api/v1%s HTTP/1.1".formatted(target);
            assertThat(RawHttp.send(entry.port(), request, "Host: localhost").status())
                    .isEqualTo(400);
        }
    }

    /// Otherwise it would not see the response.
    @Test
    void aClientMaySendTheRestOfARejectedBody() {
        String large = "a".repeat(20_000_000);
        assertProblem(entry.postText(path + "/load?overwrite=true", large), 413, "too_large");
    }

    @Test
    void problemsAreThoseOfTheOwner() {
        assertProblem(entry.post(path + "/step", Map.of("count", 0)), 400, "out_of_range")
                .hasField("count");
        assertProblem(entry.postJson(path + "/step", "{"), 400, "malformed_json");
        assertProblem(entry.get(path + "/nothing"), 404, "not_found");
        Reply notAllowed = entry.send(entry.request(path + "/step").DELETE());
        assertProblem(notAllowed, 405, "method_not_allowed");
        assertThat(notAllowed.header("Allow"))
                .isEqualTo(owner.send(owner.request(path + "/step").DELETE()).header("Allow"));
        // more than is kept in memory, and rejected before it is read
        assertProblem(
                entry.send(
                        entry.body(
                                path + "/load?overwrite=true",
                                "image/png",
                                BodyPublishers.ofString("x".repeat(1_000_000)))),
                415,
                "unsupported_media_type");
        assertProblem(
                entry.send(
                        entry.body(
                                path + "/load?overwrite=true",
                                "text/plain",
                                BodyPublishers.ofString("x".repeat(3_000_000)))),
                413,
                "too_large");
    }

    @Test
    void aNameIsDecodedAndAnInvalidOneIsRejectedHere() {
        assertThat(entry.get("/sessions/%72" + name.substring(1)).ok()).isEqualTo(owner.view(name));
        assertProblem(entry.get("/sessions/Remote"), 400, "invalid_name");
    }

    @Test
    void versionsAreCompared() {
        Reply first = entry.get(path);
        String tag = first.header("ETag");
        assertThat(tag).isNotEmpty().isEqualTo(owner.get(path).header("ETag"));

        Reply same = entry.send(entry.request(path).header("If-None-Match", tag));
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(same.header("ETag")).isEqualTo(tag);
        assertThat(
                        entry.send(
                                        entry.request(path + "/step")
                                                .header("If-Match", tag)
                                                .POST(BodyPublishers.noBody()))
                                .status())
                .isEqualTo(200);
        assertProblem(
                entry.send(
                        entry.request(path + "/step")
                                .header("If-Match", tag)
                                .POST(BodyPublishers.noBody())),
                412,
                "stale");
    }

    @Test
    void headHasTheHeadersOfGet() {
        Reply head = entry.send(entry.request(path).HEAD());

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.header("ETag")).isEqualTo(entry.get(path).header("ETag"));
        assertThat(head.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void headersAreThoseOfTheOwnerExceptTheRateLimits() {
        Map<String, ?> remote = headers(entry.request(path), entry);
        Map<String, ?> local = headers(owner.request(path), owner);
        assertThat(remote).isEqualTo(local);

        long before = remaining(owner.get("/limits"));
        for (int i = 0; i < 5; i++) {
            assertThat(entry.get(path).headers().allValues("RateLimit")).hasSize(1);
        }
        assertThat(remaining(owner.get("/limits"))).isGreaterThanOrEqualTo(before - 1);
    }

    private static Map<String, ?> headers(HttpRequest.Builder request, Api api) {
        Map<String, Object> headers =
                new TreeMap<>(
                        api.send(request.header("Origin", "https://course.example"))
                                .headers()
                                .map());
        headers.remove("date");
        headers.remove("ratelimit");
        headers.keySet()
                .removeIf(
                        name -> name.equals("transfer-encoding") || name.equals("content-length"));
        return headers;
    }

    private static long remaining(Reply reply) {
        return Long.parseLong(reply.header("RateLimit").replaceAll(".*r=(\\d+).*", "$1"));
    }

    @Test
    void responsesAreCompressedOnce() throws IOException {
        entry.step(name, 1000);
        assertThat(entry.losses(name)).hasSize(1000);

        try (RawClient client = RawClient.connect(entry.port())) {
            client.send(
                    "GET /api/v1"
                            + path
                            + "/losses HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n");
            assertThat(client.head(Duration.ofSeconds(10)))
                    .containsOnlyOnce("Content-Encoding: gzip");
        }
    }

    @Test
    void aRepeatedCallIsExecutedOnce() {
        for (int i = 0; i < 2; i++) {
            Reply reply =
                    entry.send(
                            entry.request(path + "/step")
                                    .header("Idempotency-Key", "once")
                                    .POST(BodyPublishers.noBody()));
            assertThat(reply.ok().path("step").intValue()).isEqualTo(1);
        }
        assertThat(owner.view(name).path("step").intValue()).isEqualTo(1);
    }

    @Test
    void aForkIsMadeByTheOwnerOfItsParent() {
        cluster.setOwner(name + "-copy", cluster.node(1).node());
        Reply fork = entry.post(path + "/fork", Map.of("name", name + "-copy"));

        assertThat(fork.status()).isEqualTo(201);
        assertThat(fork.header("Location")).isEqualTo("/api/v1" + path + "-copy");
        assertThat(entry.view(name + "-copy")).isEqualTo(owner.view(name + "-copy"));
    }

    @Test
    void sessionsOfThisNodeAreNotForwarded() {
        cluster.setOwner("local", cluster.node(0).node());
        entry.initSixNames("local");

        assertThat(entry.view("local")).isEqualTo(owner.view("local"));
        assertThat(owner.get("/sessions/local").status()).isEqualTo(200);
    }
}
