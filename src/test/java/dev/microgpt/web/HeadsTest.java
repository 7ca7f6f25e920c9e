package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// `heads` measures over documents what `inspect` shows of a single one.
@ServiceTest
final class HeadsTest {

    private static final String PATH = "/sessions/heads";
    private static final int MAX_DOCUMENTS = 200;
    private static final double TOLERANCE = 1e-9;

    private final Api api;

    HeadsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private void init(List<String> documents, Map<String, ?> options) {
        Map<String, Object> all = new HashMap<>(options);
        all.put("text", String.join("\n", documents));
        api.init("heads", all);
    }

    /// Documents of 1 to 8 characters, with repeated characters, upper case and digits.
    private static List<String> documents(int count) {
        String[] parts = {"Anna", "otto", "E", "x7", "bob", "li", "Ruth"};
        return IntStream.range(0, count)
                .mapToObj(i -> parts[i % 7] + parts[i / 7 % 7].repeat(i % 2))
                .toList();
    }

    private JsonNode trace(String text, @Nullable Long step) {
        Map<String, Object> body = new HashMap<>(Map.of("text", text));
        if (step != null) {
            body.put("step", step);
        }
        return api.post(PATH + "/inspect", body).ok().path("vizData");
    }

    /// Computes the measurement of a head from traces.
    ///
    /// @param traces of the documents, by their texts
    /// @return the means and the counts, by their names in the reply
    private static Map<String, Double> expected(
            List<String> documents, Map<String, JsonNode> traces, int layer, int head) {
        Map<String, Double> sums = new HashMap<>();
        int positions = 0;
        int repeats = 0;
        for (String document : documents) {
            JsonNode trace = Objects.requireNonNull(traces.get(document), document);
            String read = document.substring(0, trace.size() - 1);
            for (int t = 2; t <= read.length(); t++) {
                double[] weights =
                        Json.doubles(trace.path(t).path("attentionWeights").path(layer).path(head));
                positions++;
                sums.merge("previous", weights[t - 1], Double::sum);
                sums.merge("first", weights[0], Double::sum);
                sums.merge("itself", weights[t], Double::sum);
                if (read.indexOf(read.charAt(t - 1)) < t - 1) {
                    repeats++;
                }
                for (int s = 1; s <= t; s++) {
                    char c = Character.toLowerCase(read.charAt(s - 1));
                    if (s < t && read.charAt(s - 1) == read.charAt(t - 1)) {
                        sums.merge("sameCharacter", weights[s], Double::sum);
                    }
                    if ("aeiou".indexOf(c) >= 0) {
                        sums.merge("vowels", weights[s], Double::sum);
                    } else if (c >= 'a' && c <= 'z') {
                        sums.merge("consonants", weights[s], Double::sum);
                    }
                }
                double entropy = -Arrays.stream(weights).map(w -> w * Math.log(w)).sum();
                sums.merge("entropy", entropy, Double::sum);
            }
        }
        int count = positions;
        double ofRepeats = sums.getOrDefault("sameCharacter", 0.0) / repeats;
        sums.replaceAll((_, sum) -> sum / count);
        sums.put("sameCharacter", ofRepeats);
        sums.put("positions", (double) positions);
        sums.put("repeats", (double) repeats);
        return sums;
    }

    private void assertMeasured(
            JsonNode reply, List<String> documents, int layers, @Nullable Long step) {
        Map<String, JsonNode> traces = new HashMap<>();
        documents.forEach(text -> traces.computeIfAbsent(text, _ -> trace(text, step)));
        assertThat(reply.path("heads").size()).isEqualTo(layers * 4);
        for (JsonNode head : reply.path("heads")) {
            Map<String, Double> expected =
                    expected(
                            documents,
                            traces,
                            head.path("layer").intValue(),
                            head.path("head").intValue());
            assertThat(reply.path("documents").intValue()).isEqualTo(documents.size());
            assertThat(reply.path("positions").doubleValue())
                    .isEqualTo(expected.remove("positions"));
            assertThat(reply.path("repeats").doubleValue()).isEqualTo(expected.remove("repeats"));
            JsonNode attention = head.path("attention");
            assertThat(attention.propertyNames())
                    .containsExactlyInAnyOrderElementsOf(expected.keySet());
            expected.forEach(
                    (name, share) ->
                            assertThat(attention.path(name).doubleValue())
                                    .as(name)
                                    .isEqualTo(share, within(TOLERANCE)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tensor", "scalar"})
    void measuresTheAttentionThatInspectShows(String engine) {
        List<String> documents = documents(20);
        init(documents, Map.of("engine", engine, "nLayer", 2, "blockSize", 6));
        api.step("heads", 30);

        JsonNode reply = api.get(PATH + "/heads").ok();

        assertThat(reply.path("step").longValue()).isEqualTo(30);
        assertMeasured(reply, documents, 2, null);
    }

    @Test
    void documentsAreSpreadEvenlyOverALongText() {
        List<String> documents = documents(301);
        init(documents, Map.of());
        api.step("heads", 5);
        List<String> measured = new ArrayList<>();
        for (int i = 0; i < MAX_DOCUMENTS; i++) {
            measured.add(documents.get(i * documents.size() / MAX_DOCUMENTS));
        }

        assertMeasured(api.get(PATH + "/heads").ok(), measured, 1, null);
    }

    @Test
    void measuresTheModelAsOfAStep() {
        List<String> documents = documents(10);
        init(documents, Map.of());
        api.step("heads", 40);

        Reply reply = api.get(PATH + "/heads?step=21");

        assertThat(reply.header("Microgpt-Step")).isEqualTo("20");
        assertThat(reply.ok().path("step").longValue()).isEqualTo(20);
        assertMeasured(reply.ok(), documents, 1, 20L);
        assertThat(api.get(PATH + "/heads?step=20").ok()).isEqualTo(reply.ok());
        assertThat(reply.ok().path("heads"))
                .isNotEqualTo(api.get(PATH + "/heads").ok().path("heads"));
        assertProblem(api.get(PATH + "/heads?step=41"), 400, "out_of_range")
                .hasField("step")
                .hasMin(0)
                .hasMax(40);
    }

    @Test
    void showsWhatEqualWeightsWouldGive() {
        init(List.of("aba"), Map.of()); // positions 2 and 3 read b and a

        JsonNode even = api.get(PATH + "/heads").ok().path("even");

        double mean = (1 / 3. + 1 / 4.) / 2;
        for (String share : List.of("previous", "first", "itself")) {
            assertThat(even.path(share).doubleValue()).isEqualTo(mean, within(TOLERANCE));
        }
        assertThat(even.path("sameCharacter").doubleValue()).isEqualTo(1 / 4., within(TOLERANCE));
        assertThat(even.path("vowels").doubleValue())
                .isEqualTo((1 / 3. + 2 / 4.) / 2, within(TOLERANCE));
        assertThat(even.path("consonants").doubleValue()).isEqualTo(mean, within(TOLERANCE));
        assertThat(even.path("entropy").doubleValue())
                .isEqualTo((Math.log(3) + Math.log(4)) / 2, within(TOLERANCE));
    }

    @Test
    void documentsOfOneCharacterHaveNothingToMeasure() {
        init(List.of("a", "b"), Map.of());

        JsonNode reply = api.get(PATH + "/heads").ok();

        assertThat(Json.write(reply))
                .isEqualTo(
                        "{\"step\":0,\"documents\":2,\"positions\":0,\"repeats\":0,\"heads\":[]}");
    }

    @Test
    void leavesTheSessionUnchanged() {
        init(documents(10), Map.of());
        JsonNode before = api.view("heads");
        api.get(PATH + "/heads").ok();

        assertThat(api.view("heads")).isEqualTo(before);
    }

    @Test
    void needsDocuments() {
        api.init("heads", Map.of());

        assertProblem(api.get(PATH + "/heads"), 409, "not_loaded");
    }
}
