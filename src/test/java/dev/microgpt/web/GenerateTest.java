package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Tests the options of `generate`.
@ServiceTest
final class GenerateTest {

    private static final String GENERATE = "/sessions/generate/generate";

    private final Api api;

    GenerateTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void train() {
        api.initSixNames("generate");
        api.step("generate", 20);
    }

    private List<String> texts(Map<String, ?> request) {
        return api.post(GENERATE, request)
                .ok()
                .path("samples")
                .valueStream()
                .map(sample -> sample.path("text").stringValue())
                .toList();
    }

    @Test
    void returnsOneSampleByDefault() {
        JsonNode samples = api.post(GENERATE).ok().path("samples");

        assertThat(samples.size()).isEqualTo(1);
        assertThat(samples.get(0).propertyNames()).containsExactlyInAnyOrder("text", "tokens");
    }

    @Test
    void saysOnRequestWhichTextsAreDocuments() {
        api.step("generate", 300);
        Map<String, ?> request = Map.of("known", true, "count", 50, "seed", 3, "temperature", 2);
        JsonNode samples = api.post(GENERATE, request).ok().path("samples");

        List<String> documents = List.of(Api.SIX_NAMES.split("\n"));
        assertThat(samples.valueStream().map(s -> s.path("known").booleanValue()).toList())
                .contains(true, false)
                .isEqualTo(
                        samples.valueStream()
                                .map(s -> documents.contains(s.path("text").stringValue()))
                                .toList());
    }

    @Test
    void continuesWithTheGeneratorOfTheSession() {
        List<String> together = texts(Map.of("temperature", 1, "count", 4));
        train();
        List<String> first = texts(Map.of("temperature", 1, "count", 2));
        List<String> second = texts(Map.of("temperature", 1, "count", 2));

        assertThat(together).startsWith(first.toArray(new String[0]));
        assertThat(together).endsWith(second.toArray(new String[0]));
    }

    @Test
    void aSeedLeavesTheSessionUnchanged() {
        List<String> next = texts(Map.of("temperature", 1, "count", 3));
        train();
        Map<String, ?> seeded = Map.of("temperature", 1, "count", 3, "seed", 7);
        List<String> own = texts(seeded);

        assertThat(texts(seeded)).isEqualTo(own);
        assertThat(texts(Map.of("temperature", 1, "count", 3))).isEqualTo(next);
        assertThat(texts(Map.of("temperature", 1, "count", 3, "seed", 8))).isNotEqualTo(own);
    }

    @Test
    void continuesPrompt() {
        JsonNode samples =
                api.post(GENERATE, Map.of("prompt", "cha", "count", 5)).ok().path("samples");
        for (JsonNode sample : samples) {
            assertThat(sample.path("text").stringValue()).startsWith("cha");
            assertThat(sample.path("tokens").size())
                    .isEqualTo(sample.path("text").stringValue().length());
        }
    }

    @Test
    void temperatureZeroPicksTheMostLikelyCharacters() {
        List<String> coldest = texts(Map.of("temperature", 0, "count", 3));

        assertThat(coldest).containsOnly(coldest.getFirst());
        assertThat(texts(Map.of("temperature", 1, "topK", 1))).containsOnly(coldest.getFirst());
        assertThat(texts(Map.of("temperature", 1, "topP", 1e-9))).containsOnly(coldest.getFirst());
    }

    @Test
    void showsProbabilities() {
        JsonNode sample =
                api.post(GENERATE, Map.of("viz", true, "topK", 3)).ok().path("samples").get(0);
        int tokens = sample.path("tokens").size();

        assertThat(sample.path("vizData").size()).isIn(tokens, tokens + 1);
        for (int i = 0; i < sample.path("vizData").size(); i++) {
            double[] probs = Json.doubles(sample.path("vizData").get(i).path("probs"));
            assertThat(Arrays.stream(probs).sum()).isCloseTo(1, withPrecision(1e-12));
            assertThat(Arrays.stream(probs).filter(p -> p > 0).count()).isBetween(1L, 3L);
            if (i < tokens) {
                assertThat(probs[sample.path("tokens").get(i).intValue()]).isPositive();
            }
        }
    }

    @Test
    void rejectsUnknownCharacters() {
        assertProblem(api.post(GENERATE, Map.of("prompt", "alizé")), 400, "unknown_character")
                .hasField("prompt")
                .hasValue("z");
        assertProblem(api.post(GENERATE, Map.of("prompt", "a😀")), 400, "unknown_character")
                .hasField("prompt")
                .hasValue("😀");
    }

    @Test
    void rejectsLoneSurrogate() {
        Map<String, ?> next = Map.of("temperature", 1, "count", 3, "seed", 1);
        List<String> before = texts(next);
        var reply = api.postJson(GENERATE, "{\"prompt\": \"a\\ud83d\"}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("code").stringValue())
                .isIn("invalid_text", "unknown_character");
        assertThat(reply.json().path("field").stringValue()).isEqualTo("prompt");
        assertThat(texts(next)).isEqualTo(before);
    }

    @Test
    void rejectsPromptBeyondBlockSize() {
        assertThat(texts(Map.of("prompt", "a".repeat(16)))).containsExactly("a".repeat(16));
        assertProblem(api.post(GENERATE, Map.of("prompt", "a".repeat(17))), 400, "out_of_range")
                .hasField("prompt")
                .hasMax(16);
    }
}
