package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.Map;

/// Tests that a session fails, and reports it, once its numbers are no longer finite.
@ServiceTest
final class DivergenceTest {

    private static final String PATH = "/sessions/divergence";

    private final Api api;

    DivergenceTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @ParameterizedTest
    @CsvSource({
        "scalar, 1e300",
        "scalar, 1.7e308",
        "scalar, 1e154",
        "scalar, 1e100",
        "tensor, 1e300",
        "tensor, 1.7e308",
        "tensor, 1e100",
        "tensor, 1e38"
    })
    void divergedSessionFailsAndCanBeRestarted(String engine, double learningRate) {
        api.init(
                "divergence",
                Map.of("text", Api.SIX_NAMES, "engine", engine, "learningRate", learningRate));
        var call = api.post(PATH + "/step", Map.of("count", 50));

        int kept = api.view("divergence").path("step").intValue();
        assertProblem(call, 409, "wrong_state")
                .hasDetail(kept == 0 ? "diverged" : "keeps the " + kept + " step");
        assertThat(api.view("divergence").path("state").stringValue()).isEqualTo("failed");
        assertProblem(api.post(PATH + "/step"), 409, "wrong_state");
        assertProblem(api.post(PATH + "/generate"), 409, "wrong_state");
        assertProblem(api.get(PATH + "/embeddings"), 409, "wrong_state");
        double[] losses = api.losses("divergence");
        assertThat(losses.length).isEqualTo(api.view("divergence").path("step").intValue());
        assertThat(Arrays.stream(losses)).allMatch(Double::isFinite);
        assertNoNaN();

        api.postText(PATH + "/load?overwrite=true", "bob").ok();
        assertThat(api.view("divergence").path("state").stringValue()).isEqualTo("ready");
        api.initSixNames("divergence");
        assertThat(api.step("divergence", 2).path("step").intValue()).isEqualTo(2);
    }

    /// The client parses strictly and fails on NaN, so it is enough that no loss is null.
    private void assertNoNaN() {
        for (String call : new String[] {"", "/losses", "/losses?maxPoints=3", "/config"}) {
            assertThat(Json.write(api.get(PATH + call).ok())).doesNotContain("null");
        }
    }

    /// The first step succeeds: its parameters are huge, but still within the range of the engine's numbers.
    @ParameterizedTest
    @CsvSource({"scalar, 1e300", "tensor, 1e36"})
    void watchersSeeNoNaN(String engine, double learningRate) {
        api.init(
                "divergence",
                Map.of("text", Api.SIX_NAMES, "engine", engine, "learningRate", learningRate));
        try (Live live = Live.connect(api.port())) {
            live.send("subscribe", "session", "divergence");
            live.next("subscribed");
            api.post(PATH + "/step");
            JsonNode frame = live.next("frame");

            assertThat(frame.path("toStep").intValue())
                    .isEqualTo(api.view("divergence").path("step").intValue());
            assertThat(frame.toString()).doesNotContain("null");
        }
    }
}
