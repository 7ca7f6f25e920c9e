package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// `probes` measures at many keyframes what `generate` and `score` give at each.
@ServiceTest
final class ProbesTest extends UnchangedSession {

    private static final String PATH = "/sessions/probes";
    private static final List<String> DOCUMENTS = List.of(Api.SIX_NAMES.split("\n"));
    private static final double TOLERANCE = 1e-12;
    private static final Map<String, ?> LENGTH = Map.of("kind", "length");
    private static final Map<String, ?> KNOWN = Map.of("kind", "known");

    ProbesTest(@LocalServerPort int port) {
        super(port, "probes");
        api.step("probes", 300);
    }

    private static Map<String, ?> match(String pattern) {
        return Map.of("kind", "match", "pattern", pattern);
    }

    private JsonNode probe(Map<String, ?> settings, List<Map<String, ?>> probes) {
        Map<String, Object> body = new HashMap<>(settings);
        body.put("probes", probes);
        return api.post(PATH + "/probes", body).ok();
    }

    private static double mean(List<String> texts, ToDoubleFunction<String> value) {
        return texts.stream().mapToDouble(value).average().orElseThrow();
    }

    private void assertCurves(JsonNode reply, Map<String, ?> generate) {
        for (int i = 0; i < reply.path("steps").size(); i++) {
            Map<String, Object> body = new HashMap<>(generate);
            body.put("step", reply.path("steps").get(i).longValue());
            List<String> texts =
                    api.post(PATH + "/generate", body)
                            .ok()
                            .path("samples")
                            .valueStream()
                            .map(sample -> sample.path("text").stringValue())
                            .toList();
            double[] expected = {
                mean(texts, text -> text.matches(".*[aeiou]") ? 1 : 0),
                mean(texts, String::length),
                mean(texts, text -> DOCUMENTS.contains(text) ? 1 : 0),
            };
            for (int probe = 0; probe < expected.length; probe++) {
                assertThat(reply.path("probes").get(probe).path("values").get(i).doubleValue())
                        .isEqualTo(expected[probe], within(TOLERANCE));
            }
        }
    }

    @Test
    void measuresTheTextsThatGenerateGivesAtEachKeyframe() {
        JsonNode reply = probe(Map.of("samples", 20), List.of(match("[aeiou]$"), LENGTH, KNOWN));

        JsonNode keyframes = api.get(PATH + "/keyframes").ok().path("steps");
        assertThat(reply.path("steps").size()).isEqualTo(40);
        assertThat(reply.path("steps").get(0).longValue()).isZero();
        assertThat(reply.path("steps").get(39).longValue()).isEqualTo(300);
        assertThat(Json.doubles(keyframes))
                .contains(Arrays.copyOf(Json.doubles(reply.path("steps")), 39));
        assertCurves(reply, Map.of("count", 20));
        assertThat(reply.path("probes").get(0).path("pattern").stringValue()).isEqualTo("[aeiou]$");
    }

    @Test
    void measuresTheDocumentsToCompareWith() {
        JsonNode probes =
                probe(
                                Map.of("keyframes", 1, "samples", 1),
                                List.of(LENGTH, KNOWN, match("[aeiou]$")))
                        .path("probes");

        assertThat(probes.get(0).path("documents").doubleValue())
                .isEqualTo(mean(DOCUMENTS, String::length), within(TOLERANCE));
        assertThat(probes.get(1).has("documents")).isFalse();
        assertThat(probes.get(2).path("documents").doubleValue())
                .isEqualTo(
                        mean(DOCUMENTS, text -> text.matches(".*[aeiou]") ? 1 : 0),
                        within(TOLERANCE));
    }

    @Test
    void takesATemperatureASeedAndARangeOfSteps() {
        JsonNode reply =
                probe(
                        Map.of("samples", 10, "temperature", 1.2, "seed", 7, "from", 12, "to", 20),
                        List.of(match("[aeiou]$"), LENGTH, KNOWN));

        assertThat(Json.doubles(reply.path("steps"))).containsExactly(12, 13, 14, 15, 16, 18, 20);
        assertCurves(reply, Map.of("count", 10, "temperature", 1.2, "seed", 7));
    }

    @Test
    void measuresHowSurprisingATextIs() {
        JsonNode reply =
                probe(Map.of("keyframes", 5), List.of(Map.of("kind", "surprisal", "text", "emma")));

        JsonNode values = reply.path("probes").get(0).path("values");
        assertThat(values.size()).isEqualTo(5);
        for (int i = 0; i < values.size(); i++) {
            Map<String, ?> score =
                    Map.of(
                            "texts",
                            List.of("emma"),
                            "step",
                            reply.path("steps").get(i).longValue());
            double perplexity =
                    api.post(PATH + "/score", score)
                            .ok()
                            .path("scores")
                            .get(0)
                            .path("perplexity")
                            .doubleValue();
            assertThat(values.get(i).doubleValue()).isEqualTo(Math.log(perplexity), within(1e-9));
        }
    }

    @Test
    void aSessionLearnsThatNamesEndInVowels() {
        api.init("vowels", Map.of("dataset", "names"));
        api.step("vowels", 1000);

        double[] shares =
                Json.doubles(
                        api.post(
                                        "/sessions/vowels/probes",
                                        Map.of("probes", List.of(match("[aeiou]$"))))
                                .ok()
                                .path("probes")
                                .get(0)
                                .path("values"));

        assertThat(shares[0]).isLessThan(0.3);
        assertThat(shares[shares.length - 1]).isGreaterThan(0.4);
        api.delete("/sessions/vowels");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "[z-a]",
                "a**",
                "(?=a)",
                "(a)\\\\1",
                "(((a{1000}){1000}){1000})",
                "((a{50}){50})",
                "a{101,}",
                "((ab)*(cd)*e){100}"
            })
    void aPatternThatCannotBeUsedIsAClearError(String pattern) {
        String body = "{\"probes\": [{\"kind\": \"match\", \"pattern\": \"" + pattern + "\"}]}";

        assertProblem(api.postJson(PATH + "/probes", body), 400, "invalid_text")
                .hasField("probes[0].pattern")
                .hasDetail("RE2")
                .hasDetail(pattern.replace("\\\\", "\\"));
    }

    @ParameterizedTest
    @CsvSource({"samples, 1, 20000", "keyframes, 1, 1000"})
    void numbersTooLargeForAnIntegerAreToldTheRangeInForce(String field, long min, long max) {
        String body = "{\"probes\": [{\"kind\": \"known\"}], \"" + field + "\": 1e999}";

        assertProblem(api.postJson(PATH + "/probes", body), 400, "out_of_range")
                .hasField(field)
                .hasMin(min)
                .hasMax(max);
    }

    /// A backtracking matcher would take longer than the universe exists.
    @Test
    void matchingTakesLinearTime() {
        JsonNode reply =
                probe(
                        Map.of("keyframes", 3, "temperature", 1000),
                        List.of(match("^(([a-z])+.)+[A-Z]$")));

        assertThat(Json.doubles(reply.path("probes").get(0).path("values"))).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | out_of_range | probes",
                "{'probes': []} | out_of_range | probes",
                "{'probes': [null]} | wrong_type | probes[0]",
                "{'probes': [{}]} | wrong_type | probes[0].kind",
                "{'probes': [{'kind': 'mood'}]} | out_of_range | probes[0].kind",
                "{'probes': [{'kind': 'match'}]} | wrong_type | probes[0].pattern",
                "{'probes': [{'kind': 'match', 'pattern': ''}]} | out_of_range | probes[0].pattern.length",
                "{'probes': [{'kind': 'length', 'pattern': 'a'}]} | out_of_range | probes[0].pattern",
                "{'probes': [{'kind': 'known', 'text': 'a'}]} | out_of_range | probes[0].text",
                "{'probes': [{'kind': 'surprisal'}]} | wrong_type | probes[0].text",
                "{'probes': [{'kind': 'surprisal', 'text': 'Z'}]} | unknown_character | probes[0].text",
                "{'probes': [{'kind': 'length', 'size': 1}]} | unknown_field | probes[0].size",
                "{'probes': [{'kind': 'length'}], 'keyframes': 0} | out_of_range | keyframes",
                "{'probes': [{'kind': 'length'}], 'samples': 0} | out_of_range | samples",
                "{'probes': [{'kind': 'length'}], 'samples': 501} | out_of_range | samples",
                "{'probes': [{'kind': 'length'}], 'temperature': -1} | out_of_range | temperature",
                "{'probes': [{'kind': 'length'}], 'from': 301} | out_of_range | from",
                "{'probes': [{'kind': 'length'}], 'from': 5, 'to': 4} | out_of_range | to",
                "{'probes': [{'kind': 'length'}], 'seed': -3000000000} | out_of_range | seed"
            })
    void invalidRequestsAreRejected(String body, String code, String field) {
        assertProblem(api.postJson(PATH + "/probes", body.replace('\'', '"')), 400, code)
                .hasField(field);
    }

    @Test
    void numbersOfTextsArePerCall() {
        assertThat(api.get("/limits").ok().path("probeSamples").intValue()).isEqualTo(20_000);
        assertProblem(
                        api.post(
                                PATH + "/probes",
                                Map.of(
                                        "probes",
                                        List.of(LENGTH),
                                        "keyframes",
                                        2,
                                        "samples",
                                        10_001)),
                        400,
                        "out_of_range")
                .hasValue(10_001)
                .hasMax(10_000);
    }

    @Test
    void needsParameters() {
        api.init("probes-empty", Map.of());

        assertProblem(
                api.post("/sessions/probes-empty/probes", Map.of("probes", List.of(LENGTH))),
                409,
                "not_loaded");
        api.delete("/sessions/probes-empty");
    }
}
