package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Tests loading documents into a session whose model stays.
@ServiceTest
final class ContinueTest {

    private static final String PATH = "/sessions/continue";
    private static final String CONTINUE = PATH + "/load?continue=true";
    private static final String GROW = CONTINUE + "&grow=true";
    private static final String OTHER = "zoé\nalice\nyanna";
    private static final String ALPHABET = "abcdefhiklmnorv";
    private static final String GROWN = "abcdefhiklmnorvyzé";

    private final Api api;

    ContinueTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSixNames("continue");
    }

    @Test
    void theModelStaysAndGetsTokens() {
        api.step("continue", 20);
        JsonNode before = api.get(PATH + "/embeddings").ok();
        JsonNode view = api.postText(GROW, OTHER).ok();

        assertThat(view.path("step").intValue()).isEqualTo(20);
        assertThat(view.path("numDocs").intValue()).isEqualTo(3);
        assertThat(view.path("vocabSize").intValue()).isEqualTo(GROWN.length() + 1);
        assertThat(view.path("numParams").intValue()).isEqualTo(3840 + 2 * 3 * 16);
        assertThat(view.path("continuations").intValue()).isEqualTo(1);
        assertThat(api.view("continue")).isEqualTo(view);
        JsonNode after = api.get(PATH + "/embeddings").ok();
        assertThat(symbols(after)).isEqualTo(symbolsOf(GROWN));
        for (int id = 0; id < ALPHABET.length(); id++) {
            int now = GROWN.indexOf(ALPHABET.charAt(id));
            assertThat(after.path(now).path("embedding"))
                    .isEqualTo(before.path(id).path("embedding"));
        }
        assertThat(api.step("continue", 1).path("doc").stringValue())
                .isIn(List.of(OTHER.split("\n")));
        assertThat(api.losses("continue")).hasSize(21);
        JsonNode events = api.get(PATH + "/history").ok().path("events");
        assertThat(Json.write(events.path(events.size() - 1)))
                .contains(
                        "\"step\":20",
                        "\"kind\":\"continued\"",
                        "\"continued\":{\"documents\":3,\"vocabSize\":19,\"characters\":\"yzé\"}");
    }

    private static List<String> symbols(JsonNode embeddings) {
        return embeddings.valueStream().map(e -> e.path("char").stringValue()).toList();
    }

    private static List<String> symbolsOf(String alphabet) {
        return Stream.concat(alphabet.chars().mapToObj(Character::toString), Stream.of("<BOS>"))
                .toList();
    }

    @Test
    void jsonAndDatasetsContinueAsWell() {
        api.step("continue", 2);
        api.post(CONTINUE, Map.of("text", "bob\nfred")).ok();
        JsonNode view = api.post(GROW, Map.of("dataset", "names")).ok();

        assertThat(view.path("vocabSize").intValue()).isEqualTo(27);
        assertThat(view.path("numDocs").intValue()).isEqualTo(32_257);
        assertThat(view.path("continuations").intValue()).isEqualTo(2);
        api.step("continue", 2);
    }

    @Test
    void unknownCharactersAreRefused() {
        api.step("continue", 2);
        JsonNode before = api.view("continue");

        Reply reply = api.postText(CONTINUE, OTHER);

        assertProblem(reply, 400, "unknown_character")
                .hasDetail("'y' (U+0079), 'z' (U+007A), 'é' (U+00E9); with grow=true");
        assertThat(api.view("continue")).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "grow=true, grow",
        "continue=false&grow=true, grow",
        "continue=true&overwrite=true, overwrite"
    })
    void contradictionsAreRefused(String query, String field) {
        Reply reply = api.postText(PATH + "/load?" + query, OTHER);

        assertProblem(reply, 400, "out_of_range");
        assertThat(reply.json().path("field").stringValue()).isEqualTo(field);
    }

    @Test
    void aSessionWithoutDocumentsCannotContinue() {
        api.init("continue", Map.of());

        assertProblem(api.postText(CONTINUE, OTHER), 409, "not_loaded");
    }

    @Test
    void aFailedSessionCannotContinue() {
        api.init("continue", Map.of("learningRate", 1e300, "text", Api.SIX_NAMES));
        api.post(PATH + "/step", Map.of("count", 100));

        assertProblem(api.postText(CONTINUE, Api.SIX_NAMES), 409, "wrong_state");
    }

    @Test
    void limitsAreCheckedBeforeAnythingChanges() {
        StringBuilder many = new StringBuilder();
        for (int c = 0x4E00; c < 0x4E00 + 10_000; c++) {
            many.appendCodePoint(c);
            if (c % 50 == 0) {
                many.append('\n');
            }
        }
        JsonNode before = api.view("continue");

        assertProblem(api.postText(GROW, many.toString()), 413, "too_large");
        assertThat(api.view("continue")).isEqualTo(before);
    }

    @Test
    void theVersionChangesAndTheEpochDoesNot() {
        String before = tag();
        Reply stale =
                api.send(
                        api.request(CONTINUE)
                                .header("If-Match", "\"0-0\"")
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString(Api.SIX_NAMES)));
        assertProblem(stale, 412, "stale");
        api.send(
                        api.request(CONTINUE)
                                .header("If-Match", before)
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString(Api.SIX_NAMES)))
                .ok();
        String after = tag();
        assertThat(after).isNotEqualTo(before);
        assertThat(after).startsWith(before.substring(0, before.indexOf('-') + 1));
    }

    private String tag() {
        return String.valueOf(api.get(PATH).header("ETag"));
    }

    @Test
    void aRepeatedCallIsMadeOnce() {
        for (int i = 0; i < 2; i++) {
            Reply reply =
                    api.send(
                            api.request(GROW)
                                    .header(
                                            "Idempotency-Key",
                                            "again-" + System.identityHashCode(this))
                                    .header("Content-Type", "text/plain")
                                    .POST(BodyPublishers.ofString(OTHER)));
            assertThat(reply.ok().path("continuations").intValue()).isEqualTo(1);
        }
        assertThat(api.view("continue").path("continuations").intValue()).isEqualTo(1);
    }

    @Test
    void earlierStepsAnswerWithTheirTokens() {
        api.step("continue", 16);
        Map<Object, JsonNode> before = answers(14);
        api.step("continue", 4);
        api.postText(GROW, OTHER).ok();
        api.step("continue", 30);

        assertThat(answers(14)).isEqualTo(before);
        assertThat(symbols(api.get(PATH + "/embeddings?step=18").ok()))
                .isEqualTo(symbolsOf(ALPHABET));
        assertThat(symbols(api.get(PATH + "/embeddings?step=20").ok())).isEqualTo(symbolsOf(GROWN));
        Map<String, Object> unknown = Map.of("texts", List.of("zoé"));
        api.post(PATH + "/score", unknown).ok();
        assertProblem(
                api.post(PATH + "/score", Map.of("texts", List.of("zoé"), "step", 18)),
                400,
                "unknown_character");
        JsonNode known =
                api.post(
                                PATH + "/generate",
                                Map.of(
                                        "prompt",
                                        "alice",
                                        "step",
                                        18,
                                        "known",
                                        true,
                                        "seed",
                                        1,
                                        "temperature",
                                        0.01))
                        .ok();
        assertThat(known.path("samples").path(0).has("known")).isTrue();
    }

    /// Returns what the calls with a step answer.
    private Map<Object, JsonNode> answers(int step) {
        return Map.of(
                "embeddings", api.get(PATH + "/embeddings?step=" + step).ok(),
                "heads", api.get(PATH + "/heads?step=" + step).ok(),
                "anatomy", api.get(PATH + "/anatomy?step=" + step).ok(),
                "parameters", api.get(PATH + "/parameters/lm_head?step=" + step).ok(),
                "gradients", api.get(PATH + "/parameters/wte?kind=gradient&step=" + step).ok(),
                "positions", api.get(PATH + "/positions?step=" + step).ok(),
                "inspect", api.post(PATH + "/inspect", Map.of("text", "emma", "step", step)).ok(),
                "score",
                        api.post(PATH + "/score", Map.of("texts", List.of("bob"), "step", step))
                                .ok(),
                "generate",
                        api.post(PATH + "/generate", Map.of("count", 3, "viz", true, "step", step))
                                .ok());
    }

    @Test
    void probesHaveNoValueWhereACharacterIsUnknown() {
        api.step("continue", 16);
        api.postText(GROW, OTHER).ok();
        api.step("continue", 16);
        JsonNode curves =
                api.post(
                                PATH + "/probes",
                                Map.of(
                                        "probes",
                                        List.of(
                                                Map.of("kind", "surprisal", "text", "zoé"),
                                                Map.of("kind", "surprisal", "text", "bob"),
                                                Map.of("kind", "known"))))
                        .ok();
        int numSteps = curves.path("steps").size();
        int first = 16; // the keyframe of step 16 is the model after the change
        assertThat(numSteps).isGreaterThan(17);
        JsonNode values = curves.path("probes");
        for (int i = 0; i < numSteps; i++) {
            assertThat(values.path(0).path("values").path(i).isNull()).isEqualTo(i < first);
            assertThat(values.path(1).path("values").path(i).isNumber()).isTrue();
            assertThat(values.path(2).path("values").path(i).isNumber()).isTrue();
        }
        JsonNode histograms = api.get(PATH + "/parameters/wte/histograms?bins=4").ok();
        assertThat(total(histograms.path("counts").path(15))).isEqualTo(16 * 16);
        assertThat(total(histograms.path("counts").path(16))).isEqualTo(19 * 16);
    }

    private static int total(JsonNode counts) {
        return counts.valueStream().mapToInt(JsonNode::intValue).sum();
    }

    private byte[] bytes(String path) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(api.request(path).build(), BodyHandlers.ofByteArray()).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chars", "bpe"})
    void aCheckpointHasTheNewDocuments(String tokenizer) {
        api.init(
                "continue",
                Map.of("text", Api.SIX_NAMES, "tokenizer", tokenizer, "vocabSize", 262));
        api.step("continue", 12);
        api.postText(GROW, OTHER).ok();
        byte[] file = bytes(PATH + "/checkpoint");
        api.delete("/sessions/restored");
        api.send(
                        api.request("/sessions/restored/checkpoint")
                                .header("Content-Type", "application/octet-stream")
                                .PUT(BodyPublishers.ofByteArray(file)))
                .json();

        assertThat(bytes("/sessions/restored/checkpoint")).isEqualTo(file);
        assertThat(api.step("restored", 20).path("loss"))
                .isEqualTo(api.step("continue", 20).path("loss"));
        api.postText("/sessions/restored/load?continue=true", "zoé").ok();
        api.step("restored", 1);
    }
}
