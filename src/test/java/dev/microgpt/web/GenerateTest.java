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

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    // ---- texts that are wanted

    private static List<String> texts(JsonNode reply) {
        return reply.path("samples")
                .valueStream()
                .map(sample -> sample.path("text").stringValue())
                .toList();
    }

    /// The draws are those of a call that wants every text.
    @Test
    void leavesOutTextsThatAreNotWanted() {
        Map<String, Object> hot = Map.of("temperature", 1.5, "seed", 5);
        Map<String, Object> all = new HashMap<>(hot);
        all.put("count", 1000);
        List<String> drawn = texts(api.post(GENERATE, all).ok());
        Set<String> documents = Set.of(Api.SIX_NAMES.split("\n", -1));
        List<String> expected = new ArrayList<>();
        Map<String, Long> rejected = new HashMap<>();
        int tries = 0;
        while (expected.size() < 40) {
            String text = drawn.get(tries++);
            int length = text.codePointCount(0, text.length());
            String reason =
                    length < 3
                            ? "tooShort"
                            : length > 9
                                    ? "tooLong"
                                    : !text.matches("^[a-f].*")
                                            ? "noMatch"
                                            : text.equals("bad")
                                                    ? "excluded"
                                                    : documents.contains(text)
                                                            ? "known"
                                                            : expected.contains(text)
                                                                    ? "duplicate"
                                                                    : null;
            if (reason == null) {
                expected.add(text);
            } else {
                rejected.merge(reason, 1L, Long::sum);
            }
        }

        Map<String, Object> wanted = new HashMap<>(hot);
        wanted.putAll(
                Map.of(
                        "count",
                        40,
                        "minLength",
                        3,
                        "maxLength",
                        9,
                        "pattern",
                        "^[a-f]",
                        "exclude",
                        List.of("bad", "worse"),
                        "novel",
                        true,
                        "unique",
                        true));
        JsonNode reply = api.post(GENERATE, wanted).ok();

        assertThat(texts(reply)).isEqualTo(expected);
        assertThat(reply.path("tries").longValue()).isEqualTo(tries);
        JsonNode counts = reply.path("rejected");
        assertThat(counts.propertyNames()).hasSameElementsAs(rejected.keySet());
        rejected.forEach(
                (reason, count) ->
                        assertThat(counts.path(reason).longValue()).as(reason).isEqualTo(count));
    }

    @Test
    void everyTextIsNovelThatIsNoDocument() {
        api.step("generate", 400); // it knows the documents by heart
        JsonNode reply =
                api.post(
                                GENERATE,
                                Map.of(
                                        "count",
                                        200,
                                        "novel",
                                        true,
                                        "unique",
                                        true,
                                        "seed",
                                        2,
                                        "temperature",
                                        1,
                                        "tries",
                                        5000))
                        .ok();
        List<String> texts = texts(reply);
        assertThat(texts).doesNotHaveDuplicates().doesNotContain(Api.SIX_NAMES.split("\n", -1));
        assertThat(reply.path("rejected").path("known").longValue()).isPositive();
        long rejected = reply.path("rejected").valueStream().mapToLong(JsonNode::longValue).sum();
        assertThat(reply.path("tries").longValue()).isEqualTo(texts.size() + rejected);
    }

    @Test
    void endsWhenTheTriesAreSpent() {
        JsonNode reply =
                api.post(GENERATE, Map.of("count", 5, "pattern", "^impossible$", "tries", 300))
                        .ok();
        assertThat(reply.path("samples").size()).isZero();
        assertThat(reply.path("tries").longValue()).isEqualTo(300);
        assertThat(reply.path("rejected").path("noMatch").longValue()).isEqualTo(300);

        reply = api.post(GENERATE, Map.of("pattern", "^impossible$")).ok();
        assertThat(reply.path("tries").longValue()).isEqualTo(1000);
    }

    /// Either all texts that were drawn advance the session's generator, or none.
    @Test
    void theSessionsGeneratorAdvancesByAllThatWasDrawn() {
        Map<String, ?> options = Map.of("text", Api.SIX_NAMES);
        api.init("drawn-1", options);
        api.init("drawn-2", options);
        JsonNode reply =
                api.post(
                                "/sessions/drawn-1/generate",
                                Map.of("count", 5, "pattern", "a", "temperature", 1))
                        .ok();
        int tries = reply.path("tries").intValue();
        api.post("/sessions/drawn-2/generate", Map.of("count", tries, "temperature", 1)).ok();

        Map<String, Integer> more = Map.of("count", 5);
        assertThat(api.post("/sessions/drawn-1/generate", more).ok())
                .isEqualTo(api.post("/sessions/drawn-2/generate", more).ok());
    }

    @Test
    void rejectsWhatNoTextCanBe() {
        assertProblem(api.post(GENERATE, Map.of("minLength", -1)), 400, "out_of_range")
                .hasField("minLength");
        assertProblem(
                        api.post(GENERATE, Map.of("minLength", 5, "maxLength", 4)),
                        400,
                        "out_of_range")
                .hasField("maxLength")
                .hasMin(5);
        assertProblem(api.post(GENERATE, Map.of("tries", 0)), 400, "out_of_range")
                .hasField("tries")
                .hasMin(1)
                .hasMax(1_000_000);
        assertProblem(
                        api.post(GENERATE, Map.of("exclude", Arrays.asList("a", null))),
                        400,
                        "wrong_type")
                .hasField("exclude[1]");
        assertProblem(api.post(GENERATE, Map.of("pattern", "(")), 400, "invalid_text")
                .hasField("pattern");
        for (String hostile : List.of("((a{50}){50}){50}", "(x+x+)+y".repeat(30))) {
            assertThat(api.post(GENERATE, Map.of("pattern", hostile)).status())
                    .as(hostile)
                    .isEqualTo(400);
        }
        assertThat(api.post(GENERATE, Map.of("pattern", "^(a|a?)+$", "tries", 1000)).status())
                .isEqualTo(200);
        assertThat(
                        api.send(
                                        api.request(GENERATE)
                                                .header("Accept", "text/event-stream")
                                                .header("Content-Type", "application/json")
                                                .POST(BodyPublishers.ofString("{\"novel\":true}")))
                                .status())
                .isEqualTo(400);
    }
}
