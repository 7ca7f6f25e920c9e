package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Tests sessions whose tokens are byte pairs, and the calls about tokens.
@ServiceTest
final class TokensTest {

    private static final String NAMES = "anna\nhannah\nan\nannabel\nhanna\nzoë 🦙\nzoë";
    private static final String PATH = "/sessions/pairs";

    private final Api api;

    TokensTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private void init() {
        api.init("pairs", Map.of("text", NAMES, "tokenizer", "bpe", "vocabSize", 300));
    }

    private JsonNode tokenize(Map<String, ?> body) {
        return api.post(PATH + "/tokenize", body).ok();
    }

    private static List<String> texts(JsonNode tokens) {
        return tokens.valueStream().map(token -> token.path("text").stringValue()).toList();
    }

    @Test
    void showsTheMergesInOrder() {
        init();
        JsonNode reply = api.get(PATH + "/tokenizer").ok();

        assertThat(reply.path("tokenizer").stringValue()).isEqualTo("bpe");
        assertThat(reply.has("alphabet")).isFalse();
        assertThat(reply.path("merges").get(0))
                .hasToString("{\"id\":256,\"left\":97,\"right\":110,\"text\":\"an\",\"count\":5}");
        int vocabSize = reply.path("vocabSize").intValue();
        assertThat(reply.path("merges").size()).isEqualTo(vocabSize - 257);
        assertThat(api.view("pairs").path("vocabSize").intValue()).isEqualTo(vocabSize);
        assertThat(texts(reply.path("merges"))).contains("anna", "zoë");
    }

    @Test
    void aModelOfCharactersHasAnAlphabetAndNoMerges() {
        api.initSixNames("characters");

        assertThat(api.get("/sessions/characters/tokenizer").ok())
                .hasToString(
                        "{\"tokenizer\":\"chars\",\"vocabSize\":16,\"alphabet\":"
                                + "\"abcdefhiklmnorv\",\"merges\":[]}");
        assertThat(
                        api.post(
                                        "/sessions/characters/tokenize",
                                        Map.of("text", "bob", "steps", true))
                                .ok())
                .hasToString(
                        "{\"tokens\":[{\"id\":1,\"text\":\"b\"},{\"id\":12,\"text\":\"o\"},"
                                + "{\"id\":1,\"text\":\"b\"}],\"characters\":3,\"steps\":[]}");
        assertProblem(
                api.post("/sessions/characters/tokenize", Map.of("text", "X")),
                400,
                "unknown_character");
    }

    @Test
    void splitsATextStepByStep() {
        init();
        JsonNode reply = tokenize(Map.of("text", "hannah", "steps", true));
        JsonNode steps = reply.path("steps");

        assertThat(String.join("", texts(reply.path("tokens")))).isEqualTo("hannah");
        assertThat(reply.path("characters").intValue()).isEqualTo(6);
        assertThat(steps.get(0))
                .hasToString("{\"id\":256,\"left\":97,\"right\":110,\"text\":\"an\",\"at\":[1]}");
        int places = steps.valueStream().mapToInt(step -> step.path("at").size()).sum();
        assertThat(reply.path("tokens").size()).isEqualTo(6 - places);
        assertThat(tokenize(Map.of("text", "hannah")).has("steps")).isFalse();
    }

    @Test
    void splitsTextsThatAreNotInTheDocuments() {
        init();

        assertThat(texts(tokenize(Map.of("text", "Ω")).path("tokens")))
                .containsExactly("<CE>", "<A9>");
        assertThat(tokenize(Map.of("text", "")).path("tokens").size()).isZero();
        assertProblem(api.post(PATH + "/tokenize"), 400, "wrong_type");
        assertProblem(
                api.postJson(PATH + "/tokenize", "{\"text\": \"a\\ud800\"}"), 400, "invalid_text");
    }

    @Test
    void needsDocuments() {
        api.init("no-tokens", Map.of("tokenizer", "bpe"));

        assertProblem(api.get("/sessions/no-tokens/tokenizer"), 409, "not_loaded");
        assertProblem(
                api.post("/sessions/no-tokens/tokenize", Map.of("text", "a")), 409, "not_loaded");
        assertThat(
                        api.postText("/sessions/no-tokens/load", NAMES)
                                .ok()
                                .path("vocabSize")
                                .intValue())
                .isGreaterThan(257);
    }

    @Test
    void scoresTokensAndGivesBitsPerCharacter() {
        init();
        api.step("pairs", 20);
        JsonNode score =
                api.post(PATH + "/score", Map.of("texts", List.of("hanna 🦙")))
                        .ok()
                        .path("scores")
                        .get(0);
        JsonNode tokens = tokenize(Map.of("text", "hanna 🦙")).path("tokens");

        assertThat(score.path("surprisals").size()).isEqualTo(tokens.size() + 1);
        assertThat(Json.ints(score.path("tokens")))
                .containsExactly(
                        tokens.valueStream()
                                .mapToInt(token -> token.path("id").intValue())
                                .toArray());
        double nats = Arrays.stream(Json.doubles(score.path("surprisals"))).sum();
        assertThat(score.path("bitsPerCharacter").doubleValue())
                .isCloseTo(nats / Math.log(2) / 8, within(1e-12));
    }

    @Test
    void textsThatAreCutOffCountOnlyTheCharactersThatWereRead() {
        init();
        JsonNode score =
                api.post(PATH + "/score", Map.of("texts", List.of("q".repeat(40))))
                        .ok()
                        .path("scores")
                        .get(0);

        assertThat(score.path("truncated").booleanValue()).isTrue();
        assertThat(score.path("bitsPerCharacter").doubleValue())
                .isCloseTo(
                        -score.path("logLikelihood").doubleValue() / Math.log(2) / 16,
                        within(1e-9));
    }

    @Test
    void tokensStandWhereCharactersStand() {
        init();
        JsonNode embeddings = api.get(PATH + "/embeddings").ok();
        JsonNode step = api.post(PATH + "/step").ok();

        assertThat(embeddings.get(256).path("char").stringValue()).isEqualTo("an");
        assertThat(embeddings.get(embeddings.size() - 1).path("char").stringValue())
                .isEqualTo("<BOS>");
        assertThat(step.path("tokens").size())
                .isLessThan(step.path("doc").stringValue().length() + 2);
        String stream =
                api.send(
                                api.request(PATH + "/generate")
                                        .header("Accept", "text/event-stream")
                                        .header("Content-Type", "application/json")
                                        .POST(BodyPublishers.ofString("{\"seed\": 1}")))
                        .body();
        assertThat(stream).contains("event: token").contains("\"char\":");
    }

    @Test
    void generatesAfterAnyPrompt() {
        init();
        JsonNode sample =
                api.post(PATH + "/generate", Map.of("prompt", "Ωan", "seed", 1, "known", true))
                        .ok()
                        .path("samples")
                        .get(0);

        assertThat(sample.path("text").stringValue()).startsWith("Ωan");
        assertThat(sample.path("known").booleanValue()).isFalse();
    }

    @Test
    void optionsAreShownWhereTheyDifferFromTheDefaults() {
        init();
        JsonNode options = api.view("pairs").path("options");
        JsonNode config = api.get(PATH + "/config").ok();

        assertThat(options.path("tokenizer").stringValue()).isEqualTo("bpe");
        assertThat(options.path("vocabSize").intValue()).isEqualTo(300);
        assertThat(config.path("tokenizer").stringValue()).isEqualTo("bpe");
        assertThat(config.path("vocabSize")).isEqualTo(api.view("pairs").path("vocabSize"));
        assertProblem(
                        api.post(
                                "/sessions/pairs/init?overwrite=true",
                                Map.of("tokenizer", "bpe", "vocabSize", 256)),
                        400,
                        "out_of_range")
                .hasField("vocabSize");
        assertProblem(
                        api.post(
                                "/sessions/pairs/init?overwrite=true",
                                Map.of("tokenizer", "words")),
                        400,
                        "out_of_range")
                .hasField("tokenizer");
    }

    @Test
    void aCheckpointCarriesTheMerges() throws Exception {
        init();
        api.step("pairs", 10);
        byte[] file = checkpoint("pairs");
        api.delete("/sessions/pairs-copy");
        api.send(
                        api.request("/sessions/pairs-copy/checkpoint")
                                .header("Content-Type", "application/octet-stream")
                                .PUT(BodyPublishers.ofByteArray(file)))
                .ok();

        assertThat(checkpoint("pairs-copy")).isEqualTo(file);
        assertThat(api.get("/sessions/pairs-copy/tokenizer").ok())
                .isEqualTo(api.get(PATH + "/tokenizer").ok());
        assertThat(losses("pairs-copy")).isEqualTo(losses("pairs"));
    }

    private byte[] checkpoint(String name) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            api.request("/sessions/" + name + "/checkpoint").build(),
                            BodyHandlers.ofByteArray())
                    .body();
        }
    }

    private String losses(String name) {
        Reply reply = api.post("/sessions/" + name + "/step", Map.of("count", 5));
        return reply.ok().path("losses").toString();
    }

    @Test
    void aForkHasTheSameTokens() {
        init();
        api.step("pairs", 10);
        api.delete("/sessions/pairs-fork");
        api.post(PATH + "/fork", Map.of("name", "pairs-fork", "step", 4)).ok();

        assertThat(api.get("/sessions/pairs-fork/tokenizer").ok())
                .isEqualTo(api.get(PATH + "/tokenizer").ok());
    }

    @Test
    void theMergesOfADatasetBecomeRarer() {
        Map<String, Object> options = Map.of("dataset", "names", "tokenizer", "bpe", "nEmbd", 4);
        api.init("pairs-names", options);
        JsonNode merges = api.get("/sessions/pairs-names/tokenizer").ok().path("merges");

        assertThat(merges.size()).isEqualTo(512 - 257);
        assertThat(
                        merges.valueStream()
                                .map(merge -> merge.path("count").intValue())
                                .collect(Collectors.toList()))
                .isSortedAccordingTo((a, b) -> b - a);
    }

    @Test
    void thePreviewCountsInTokens() {
        Map<String, Object> body =
                Map.of("text", NAMES, "tokenizer", "bpe", "vocabSize", 300, "blockSize", 3);
        JsonNode reply = api.post("/documents/preview", body).ok();
        JsonNode characters =
                api.post("/documents/preview", Map.of("text", NAMES, "blockSize", 3)).ok();

        init();
        assertThat(reply.path("vocabSize")).isEqualTo(api.view("pairs").path("vocabSize"));
        assertThat(reply.path("longest").intValue()).isEqualTo(7);
        assertThat(reply.path("characters")).isEqualTo(characters.path("characters"));
        assertThat(reply.path("tokens").intValue()).isLessThan(reply.path("characters").intValue());
        assertThat(reply.path("truncated").intValue())
                .isLessThan(characters.path("truncated").intValue());
        assertThat(characters.has("tokens")).isFalse();
    }
}
