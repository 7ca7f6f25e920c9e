package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.stream.IntStream;

/// Tests that a call with If-Match changes a session only if it is at the given version.
@ServiceTest
final class IfMatchTest {

    private final Api api;

    IfMatchTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void init() {
        api.initSixNames("match");
    }

    private String version() {
        return api.get("/sessions/match").header("ETag");
    }

    private Reply call(String method, String path, String body, String ifMatch) {
        return api.send(
                api.request(path)
                        .header("Content-Type", "application/json")
                        .header("If-Match", ifMatch)
                        .method(method, BodyPublishers.ofString(body)));
    }

    @Test
    void theVersionChangesWithEachStepAndEachRestart() {
        String before = version();
        api.step("match", 1);
        String stepped = version();
        api.initSixNames("match");
        String again = version();
        api.delete("/sessions/match");
        api.initSixNames("match");

        assertThat(before).matches("\"\\d+-0-[0-9a-f]{8}\"");
        assertThat(stepped).isEqualTo(before.replace("-0-", "-1-"));
        assertThat(again).isNotEqualTo(before);
        assertThat(version()).isNotIn(before, stepped, again);
    }

    @Test
    void versionChangesWithOptionsAndState() {
        String before = version();
        api.patch("/sessions/match", Map.of("learningRate", 0.5)).ok();
        String steered = version();
        assertThat(steered).isNotEqualTo(before);
        assertThat(getIfNoneMatch(before).status()).isEqualTo(200);
        assertThat(getIfNoneMatch(steered).status()).isEqualTo(304);
        assertProblem(
                call("PATCH", "/sessions/match", "{\"learningRate\": 1}", before), 412, "stale");

        api.post("/sessions/match/runs", Map.of("steps", 1000, "stepsPerSecond", 0.01)).ok();
        assertThat(getIfNoneMatch(steered).status()).isEqualTo(200);
        api.post("/sessions/match/runs/1/pause", Map.of()).ok();
        String paused = version();
        api.post("/sessions/match/runs/1/cancel", Map.of()).ok();
        assertThat(getIfNoneMatch(paused).status()).isEqualTo(200);
    }

    @Test
    void versionChangesWhenTrainingDiverges() {
        api.init("match", Map.of("text", Api.SIX_NAMES, "learningRate", 1e300));
        String ready = version();
        assertThat(api.post("/sessions/match/step", Map.of()).status()).isEqualTo(409);
        assertThat(api.view("match").path("state").stringValue()).isEqualTo("failed");
        assertThat(getIfNoneMatch(ready).status()).isEqualTo(200);
    }

    @Test
    void weakTagsAndListsAreReadAsTheyStand() {
        Reply reply = call("POST", "/sessions/match/step", "{}", "\"other\", W/" + version());
        assertProblem(reply, 412, "stale");
        assertThat(reply.json().path("detail").stringValue()).contains("other").contains("W/\"");
    }

    @Test
    void aVersionWithoutQuotesIsNamedInTheError() {
        Reply reply = call("POST", "/sessions/match/step", "{}", "x");
        assertProblem(reply, 412, "stale").hasDetail(", not x");
    }

    private Reply getIfNoneMatch(String tag) {
        return api.send(api.request("/sessions/match").header("If-None-Match", tag));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    POST   | /sessions/match/step                | {}
                    POST   | /sessions/match/generate            | {}
                    POST   | /sessions/match/runs                | {"steps": 1}
                    POST   | /sessions/match/fork                | {"name": "match-fork"}
                    POST   | /sessions/match/load?overwrite=true | {"text": "ab"}
                    POST   | /sessions/match/init?overwrite=true | {}
                    PATCH  | /sessions/match                     | {"learningRate": 0.5}
                    DELETE | /sessions/match                     | {}
                    """)
    void onlyStaleVersionsAreRejected(String method, String path, String body) {
        String stale = version();
        api.step("match", 1);
        String before = api.get("/sessions/match").toString();

        assertProblem(call(method, path, body, stale), 412, "stale");
        assertThat(api.get("/sessions/match")).hasToString(before);
        assertThat(call(method, path, body, "\"other\", " + version()).status())
                .isBetween(200, 299);
        api.delete("/sessions/match-fork");
    }

    @Test
    void wildcardMatchesAnyVersion() {
        assertThat(call("POST", "/sessions/match/step", "{}", "*").status()).isEqualTo(200);
    }

    @Test
    void unknownSessionsAreNotFound() {
        assertProblem(call("POST", "/sessions/match-none/init", "{}", "\"1-0\""), 412, "stale");
        assertThat(api.get("/sessions/match-none").status()).isEqualTo(404);
    }

    @Test
    void onlyOneOfManyCallsWithTheSameVersionIsExecuted() {
        String version = version();
        var replies =
                IntStream.range(0, 8)
                        .mapToObj(
                                _ ->
                                        api.sendAsync(
                                                api.body(
                                                                "/sessions/match/step",
                                                                "application/json",
                                                                BodyPublishers.ofString("{}"))
                                                        .header("If-Match", version)))
                        .toList();

        assertThat(replies.stream().filter(reply -> reply.join().status() == 200)).hasSize(1);
        assertThat(api.view("match").path("step").asInt()).isEqualTo(1);
    }
}
