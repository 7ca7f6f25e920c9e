package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Tests scoring and inspecting texts, on both engines.
@ServiceTest
final class ScoreTest {

    private static final String PATH = "/sessions/score";

    private final Api api;

    ScoreTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private void init(String engine) {
        api.init("score", Map.of("text", Api.SIX_NAMES, "engine", engine));
    }

    private JsonNode score(String... texts) {
        return api.post(PATH + "/score", Map.of("texts", List.of(texts))).ok().path("scores");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar", "tensor"})
    void logLikelihoodIsMinusTheLossOfTheNextStepTimesItsTokens(String engine) {
        init(engine);
        JsonNode score = score("bob").get(0);
        double loss = api.post(PATH + "/step").ok().path("loss").doubleValue();

        assertThat(score.path("logLikelihood").doubleValue()).isCloseTo(-loss * 4, within(1e-5));
        assertThat(Json.doubles(score.path("surprisals"))).hasSize(4);
        assertThat(Arrays.stream(Json.doubles(score.path("surprisals"))).sum())
                .isCloseTo(-score.path("logLikelihood").doubleValue(), within(1e-9));
        assertThat(score.path("perplexity").doubleValue()).isCloseTo(Math.exp(loss), within(1e-4));
        assertThat(score.path("truncated").booleanValue()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar", "tensor"})
    void prefersLearnedTexts(String engine) {
        init(engine);
        api.step("score", 200);
        JsonNode scores = score("emma", "mmea");

        assertThat(scores.get(0).path("perplexity").doubleValue())
                .isLessThan(scores.get(1).path("perplexity").doubleValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar", "tensor"})
    void cutsTextsLongerThanTheContext(String engine) {
        init(engine);
        JsonNode score = score("a".repeat(16)).get(0);

        assertThat(score.path("truncated").booleanValue()).isTrue();
        assertThat(score.path("surprisals").size()).isEqualTo(16);
        assertThat(score("a".repeat(15)).get(0).path("truncated").booleanValue()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar", "tensor"})
    void inspectShowsEveryPosition(String engine) {
        init(engine);
        JsonNode reply = api.post(PATH + "/inspect", Map.of("text", "bob")).ok();
        JsonNode stepped = api.post(PATH + "/step").ok().path("vizData");

        assertThat(Json.ints(reply.path("tokens"))).containsExactly(15, 1, 12, 1);
        assertThat(reply.path("vizData").size()).isEqualTo(4);
        for (int t = 0; t < 4; t++) {
            JsonNode entry = reply.path("vizData").get(t);
            assertThat(Arrays.stream(Json.doubles(entry.path("probs"))).sum())
                    .isCloseTo(1, within(1e-5));
            assertThat(Json.doubles(entry.path("embedding")))
                    .containsExactly(Json.doubles(stepped.get(t).path("embedding")), within(1e-9));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar", "tensor"})
    void rejectsUnknownCharacters(String engine) {
        init(engine);

        assertProblem(
                api.post(PATH + "/score", Map.of("texts", List.of("bob", "B"))),
                400,
                "unknown_character");
        assertProblem(api.post(PATH + "/inspect", Map.of("text", "B")), 400, "unknown_character");
    }

    @Test
    void namesTheTextWithTheUnknownCharacter() {
        init("tensor");
        List<String> texts = new ArrayList<>(Collections.nCopies(10_000, "bob"));
        texts.set(6_789, "emXma");

        assertProblem(api.post(PATH + "/score", Map.of("texts", texts)), 400, "unknown_character")
                .hasField("texts[6789]")
                .hasValue("X")
                .hasDetail("character 3 of texts[6789]");
        assertProblem(
                        api.postJson(PATH + "/score", "{\"texts\": [\"bob\", \"a\\ud800\"]}"),
                        400,
                        "invalid_text")
                .hasField("texts[1]")
                .hasDetail("character 2");
        assertProblem(
                        api.postJson(PATH + "/score", "{\"texts\": [\"bob\", null]}"),
                        400,
                        "wrong_type")
                .hasField("texts[1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"texts\": []}", "{\"texts\": null}"})
    void rejectsAMissingOrEmptyList(String body) {
        init("tensor");

        assertProblem(api.postJson(PATH + "/score", body), 400, "out_of_range");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"texts\": [1]}", "{\"texts\": [null]}", "{\"texts\": \"bob\"}"})
    void rejectsItemsThatAreNotStrings(String body) {
        init("tensor");

        assertProblem(api.postJson(PATH + "/score", body), 400, "wrong_type");
    }
}
