package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import dev.microgpt.support.Api;
import dev.microgpt.support.Golden;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Tests that init, load, step and generate give the results of microgptjs.
@ServiceTest
final class QuickStartTest {

    private static final Offset<Double> PRECISION = withPrecision(1e-12);
    private static final String PATH = "/sessions/quick-start";

    private final Api api;

    QuickStartTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"readme-six-names", "us-baby-names-default", "one-head-odd-width"})
    void followsMicrogptJs(String label) {
        JsonNode golden = Golden.run(label);

        init(golden);
        load(golden);
        double[] losses = train(golden);
        assertThat(losses).containsExactly(Json.doubles(golden.path("losses")), PRECISION);
        assertThat(api.losses("quick-start")).containsExactly(losses);
        generate(golden);
        assertEmbeddings(golden);
    }

    private void init(JsonNode golden) {
        ObjectNode options =
                ((ObjectNode) golden.path("options").deepCopy()).put("engine", "scalar");
        var created = api.postJson(PATH + "/init?overwrite=true", options.toString());

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).endsWith("/api/v1/sessions/quick-start");
        assertThat(created.json().path("state").stringValue()).isEqualTo("created");
        assertThat(created.json().path("engine").stringValue()).isEqualTo("scalar");
        golden.path("options")
                .forEachEntry(
                        (name, value) ->
                                assertThat(created.json().path("options").path(name).doubleValue())
                                        .as(name)
                                        .isEqualTo(value.doubleValue()));
    }

    private void load(JsonNode golden) {
        JsonNode text = golden.path("text");
        JsonNode loaded =
                text.isMissingNode()
                        ? api.post(PATH + "/load", Map.of("dataset", "names")).ok()
                        : api.postText(PATH + "/load", text.stringValue()).ok();

        assertThat(loaded.path("state").stringValue()).isEqualTo("ready");
        JsonNode config = api.get(PATH + "/config").ok();
        golden.path("info")
                .forEachEntry((name, value) -> assertThat(loaded.path(name)).isEqualTo(value));
        golden.path("config")
                .forEachEntry((name, value) -> assertThat(config.path(name)).isEqualTo(value));
    }

    /// Trains the first step on its own and the others in several calls.
    private double[] train(JsonNode golden) {
        int steps = golden.path("losses").size();
        List<Double> losses = new ArrayList<>();
        for (int count = 1; losses.size() < steps; count *= 2) {
            int next = Math.min(count, steps - losses.size());
            JsonNode reply = api.post(PATH + "/step", Map.of("count", next)).ok();
            for (double loss : Json.doubles(reply.path("losses"))) {
                losses.add(loss);
            }
            assertLastStep(reply, golden, losses);
        }
        return losses.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void assertLastStep(JsonNode reply, JsonNode golden, List<Double> losses) {
        int step = losses.size();
        assertThat(reply.path("step").intValue()).isEqualTo(step);
        assertThat(reply.path("loss").doubleValue()).isEqualTo(losses.getLast());
        assertThat(reply.path("doc")).isEqualTo(golden.path("docs").get(step - 1));
        assertThat(reply.path("learningRate").doubleValue())
                .isCloseTo(golden.path("learningRates").get(step - 1).doubleValue(), PRECISION);
        golden.path("paramStats")
                .valueStream()
                .filter(stats -> stats.path("step").intValue() == step)
                .forEach(stats -> assertParamStats(reply.path("paramStats"), stats));
        if (step == 1) {
            assertThat(reply.path("tokens")).isEqualTo(golden.path("step1").path("tokens"));
            assertVizData(reply.path("vizData"), golden.path("step1").path("vizData"));
        }
    }

    private static void assertParamStats(JsonNode actual, JsonNode expected) {
        for (String name : List.of("mean", "std")) {
            assertThat(actual.path(name).doubleValue())
                    .isCloseTo(expected.path(name).doubleValue(), PRECISION);
        }
    }

    private static void assertVizData(JsonNode actual, JsonNode expected) {
        assertThat(actual.size()).isEqualTo(expected.size());
        for (int t = 0; t < expected.size(); t++) {
            JsonNode position = actual.get(t);
            assertThat(position.propertyNames()).isEqualTo(expected.get(t).propertyNames());
            expected.get(t)
                    .forEachEntry(
                            (name, numbers) ->
                                    assertThat(Json.flat(position.path(name)))
                                            .as(name)
                                            .containsExactly(Json.flat(numbers), PRECISION));
        }
    }

    private void generate(JsonNode golden) {
        for (JsonNode expected : golden.path("generated")) {
            boolean viz = expected.has("vizData");
            Map<String, ?> request =
                    Map.of("temperature", expected.path("temperature").doubleValue(), "viz", viz);
            JsonNode samples = api.post(PATH + "/generate", request).ok().path("samples");

            assertThat(samples.size()).isEqualTo(1);
            assertThat(samples.get(0).path("text")).isEqualTo(expected.path("text"));
            assertThat(samples.get(0).path("tokens")).isEqualTo(expected.path("tokens"));
            assertThat(samples.get(0).has("vizData")).isEqualTo(viz);
            if (viz) {
                assertVizData(samples.get(0).path("vizData"), expected.path("vizData"));
            }
        }
    }

    private void assertEmbeddings(JsonNode golden) {
        JsonNode embeddings = api.get(PATH + "/embeddings").ok();
        JsonNode expected = golden.path("embeddings");

        assertThat(embeddings.size()).isEqualTo(expected.size());
        for (int id = 0; id < expected.size(); id++) {
            assertThat(embeddings.get(id).path("tokenId").intValue()).isEqualTo(id);
            assertThat(embeddings.get(id).path("char")).isEqualTo(expected.get(id).path("char"));
            assertThat(Json.doubles(embeddings.get(id).path("embedding")))
                    .containsExactly(Json.doubles(expected.get(id).path("embedding")), PRECISION);
        }
    }
}
