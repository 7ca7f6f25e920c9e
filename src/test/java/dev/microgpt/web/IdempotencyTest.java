package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/// Tests that a POST with an Idempotency-Key is executed only once.
@ServiceTest
final class IdempotencyTest {

    private final Api api;

    IdempotencyTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void init() {
        api.initSixNames("idem");
    }

    private HttpRequest.Builder request(String key, String path, String body) {
        return api.body(path, "application/json", BodyPublishers.ofString(body))
                .header("Idempotency-Key", key);
    }

    private Reply post(String key, String path, String body) {
        return api.send(request(key, path, body));
    }

    private int step() {
        return api.view("idem").path("step").asInt();
    }

    @Test
    void theSameKeyGetsTheSameResponse() {
        Reply first = post("same", "/sessions/idem/step", "{\"count\": 4}");
        Reply second = post("same", "/sessions/idem/step", "{\"count\": 4}");

        assertThat(first.status()).isEqualTo(200);
        assertThat(second).hasToString(first.toString());
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(step()).isEqualTo(4);
    }

    /// The session that it reported on is gone, and repeating the call could do harm.
    @Test
    void aStoredResponseDoesNotOutliveItsSession() {
        post("before", "/sessions/idem/step", "{\"count\": 4}").ok();
        api.initSixNames("idem");

        assertProblem(
                post("before", "/sessions/idem/step", "{\"count\": 4}"),
                422,
                "idempotency_conflict");
        assertThat(step()).isZero();
    }

    /// The body is read before the key and the session are occupied.
    @Test
    void aSlowBodyBlocksNoOneElse() throws Exception {
        try (RawClient slow = RawClient.connect(api.port())) {
            slow.send(
                    String.join(
                            "\r\n",
                            "POST /api/v1/sessions/idem/init?overwrite=true HTTP/1.1",
                            "Host: localhost",
                            "Idempotency-Key: slow",
                            "Content-Type: application/json",
                            "Content-Length: 100",
                            "",
                            "{}"));
            api.initSixNames("idem-other");
            for (int i = 0; i < 20; i++) {
                assertThat(api.step("idem-other", 1).path("step").intValue()).isEqualTo(i + 1);
            }
            api.delete("/sessions/idem-other");
        }
        assertThat(step()).isZero();
    }

    @Test
    void anotherKeyIsAnotherCall() {
        post("one", "/sessions/idem/step", "").ok();
        post("two", "/sessions/idem/step", "").ok();

        assertThat(step()).isEqualTo(2);
    }

    @Test
    void anotherBodyOrPathIsAConflict() {
        post("conflict", "/sessions/idem/step", "{\"count\": 1}").ok();

        assertProblem(
                post("conflict", "/sessions/idem/step", "{\"count\": 2}"),
                422,
                "idempotency_conflict");
        assertProblem(
                post("conflict", "/sessions/idem/generate", "{\"count\": 1}"),
                422,
                "idempotency_conflict");
        assertProblem(
                post("conflict", "/sessions/idem/step?x=1", "{\"count\": 1}"),
                422,
                "idempotency_conflict");
        assertThat(step()).isEqualTo(1);
    }

    @Test
    void aCallInProgressIsNotRepeated() {
        api.initSlow("idem-slow");
        var call =
                api.sendAsync(
                        request(
                                "going-on",
                                "/sessions/idem-slow/step",
                                "{\"count\": 1000000, \"viz\": \"none\"}"));
        await().until(() -> api.view("idem-slow").path("step").asInt() > 0);

        assertProblem(post("going-on", "/sessions/idem-slow/step", "{}"), 409, "busy");

        api.delete("/sessions/idem-slow");
        assertThat(call.join().status()).isEqualTo(404);
        api.initSixNames("idem-slow");
        assertThat(post("going-on", "/sessions/idem-slow/step", "{\"count\": 2}").status())
                .isIn(200, 422);
    }

    @Test
    void aFailedCallMayBeRepeated() {
        assertProblem(
                post("refused", "/sessions/idem/step", "{\"count\": 0}"), 400, "out_of_range");

        assertThat(post("refused", "/sessions/idem/step", "{\"count\": 2}").status())
                .isEqualTo(200);
        assertThat(step()).isEqualTo(2);
    }

    @Test
    void onlyOneOfManyConcurrentCallsIsExecuted() {
        var replies =
                IntStream.range(0, 16)
                        .mapToObj(
                                _ ->
                                        api.sendAsync(
                                                request(
                                                        "many",
                                                        "/sessions/idem/step",
                                                        "{\"count\": 50}")))
                        .toList();

        assertThat(replies)
                .allMatch(reply -> reply.join().status() == 200 || reply.join().status() == 409);
        assertThat(step()).isEqualTo(50);
    }

    @Test
    void repeatsOfAFinishedCallAtOnceAllGetItsResponse() {
        Reply first = post("finished", "/sessions/idem/step", "{\"count\": 5}");

        assertThat(atOnce("finished", "{\"count\": 5}"))
                .allSatisfy(
                        reply -> {
                            assertThat(reply).hasToString(first.toString());
                            assertThat(reply.header("Idempotency-Replayed")).isEqualTo("true");
                        });
        assertThat(atOnce("finished", "{\"count\": 6}"))
                .allSatisfy(reply -> assertProblem(reply, 422, "idempotency_conflict"));
        assertThat(step()).isEqualTo(5);
    }

    /// Sends the same step call several times at once.
    private List<Reply> atOnce(String key, String body) {
        return IntStream.range(0, 20)
                .mapToObj(_ -> api.sendAsync(request(key, "/sessions/idem/step", body)))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }

    @Test
    void aCallThatChangesNothingIsReplayedToo() {
        api.post("/sessions/idem/runs", java.util.Map.of("steps", 1)).ok();
        await().until(() -> api.get("/sessions/idem/runs/1").body().contains("succeeded"));
        Reply first = post("nothing", "/sessions/idem/runs/1/cancel", "");
        Reply second = post("nothing", "/sessions/idem/runs/1/cancel", "");

        assertThat(first.status()).isEqualTo(200);
        assertThat(second).hasToString(first.toString());
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void aResponseThatIsTooLargeIsSentOnlyOnce() {
        api.init("idem-large", java.util.Map.of("nEmbd", 64, "nLayer", 2, "text", Api.SIX_NAMES));
        String body = "{\"count\": 60, \"viz\": \"all\"}";

        assertThat(post("large", "/sessions/idem-large/step", body).status()).isEqualTo(200);
        assertProblem(
                post("large", "/sessions/idem-large/step", body), 422, "idempotency_conflict");
        assertThat(api.view("idem-large").path("step").asInt()).isEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with space"})
    void rejectsKeysThatAreNotVisibleAscii(String key) {
        assertProblem(post(key, "/sessions/idem/step", ""), 400, "out_of_range")
                .hasValue(key)
                .hasDetail("but is '" + key + "'");
        assertProblem(post("x".repeat(256), "/sessions/idem/step", ""), 400, "out_of_range")
                .hasValue("x".repeat(200) + "…")
                .hasDetail("1 to 255 visible ASCII characters, but has 256");
        assertThat(step()).isZero();
    }

    @Test
    void rejectsAKeyForAStream() {
        assertProblem(
                api.send(
                        request("stream", "/sessions/idem/generate", "{}")
                                .header("Accept", "text/event-stream")),
                400,
                "out_of_range");
    }
}
