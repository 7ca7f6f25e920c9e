package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import dev.microgpt.support.Api;
import dev.microgpt.support.Golden;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.ServiceTest;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The messages of microgptjs's Web Worker give the same results over WebSocket as in microgptjs.
@ServiceTest
final class WorkerStoryTest {

    private static final Offset<Double> PRECISION = withPrecision(1e-12);
    private static final String NAME = "worker-story";

    private final JsonNode golden = Golden.run("readme-six-names");
    private final double[] losses = Json.doubles(golden.path("losses"));
    private final Api api;

    WorkerStoryTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @Test
    void followsMicrogptJs() {
        api.delete("/sessions/" + NAME);
        try (Live live = Live.connect(api.port())) {
            init(live);
            train(live, 1, 20);
            train(live, 21, 300);
            generate(live);
            assertEmbeddings(live);
            assertLossHistory(live);
            assertConfig(live);
            assertThat(live.isQuiet()).isTrue();
        }
        assertThat(api.view(NAME).path("step").intValue()).isEqualTo(300);
        assertThat(api.losses(NAME)).containsExactly(losses, PRECISION);
    }

    /// Receives an answer, and checks the fields that all answers share.
    private static JsonNode next(Live live, String type, String... names) {
        JsonNode message = live.next(type);
        assertThat(List.copyOf(message.propertyNames()))
                .startsWith("type")
                .containsExactlyInAnyOrder(
                        Stream.concat(Stream.of("type", "session"), Stream.of(names))
                                .toArray(String[]::new));
        assertThat(message.path("session").stringValue()).isEqualTo(NAME);
        return message;
    }

    private void init(Live live) {
        Map<String, ?> options = Map.of("engine", "scalar");
        live.send("init", "session", NAME, "options", options, "text", Api.SIX_NAMES);
        JsonNode ready = next(live, "ready", "numParams", "vocabSize", "numDocs");

        golden.path("info")
                .forEachEntry((name, value) -> assertThat(ready.path(name)).isEqualTo(value));
    }

    private void train(Live live, int from, int to) {
        live.send("train", "session", NAME, "steps", to - from + 1);
        for (int step = from; step <= to; step++) {
            JsonNode result = next(live, "step", "result").path("result");
            assertThat(result.path("step").intValue()).isEqualTo(step);
            assertThat(result.path("loss").doubleValue()).isCloseTo(losses[step - 1], PRECISION);
            assertThat(result.path("doc")).isEqualTo(golden.path("docs").get(step - 1));
            assertThat(result.path("vizData").size()).isEqualTo(result.path("tokens").size() - 1);
            assertThat(result.path("paramStats").path("std").doubleValue()).isPositive();
            assertThat(result.path("learningRate").doubleValue())
                    .isCloseTo(golden.path("learningRates").get(step - 1).doubleValue(), PRECISION);
        }
        assertThat(next(live, "trained", "step").path("step").intValue()).isEqualTo(to);
    }

    private void generate(Live live) {
        for (JsonNode expected : golden.path("generated")) {
            double temperature = expected.path("temperature").doubleValue();
            live.send("generate", "session", NAME, "temperature", temperature);
            JsonNode samples = next(live, "generated", "samples").path("samples");
            assertThat(samples.size()).isEqualTo(1);
            assertThat(samples.get(0).path("text")).isEqualTo(expected.path("text"));
            assertThat(samples.get(0).path("tokens")).isEqualTo(expected.path("tokens"));
        }
    }

    private void assertEmbeddings(Live live) {
        live.send("getEmbeddings", "session", NAME);
        JsonNode embeddings = next(live, "embeddings", "embeddings").path("embeddings");
        JsonNode expected = golden.path("embeddings");
        assertThat(embeddings.size()).isEqualTo(expected.size());
        for (int id = 0; id < expected.size(); id++) {
            assertThat(embeddings.get(id).path("char")).isEqualTo(expected.get(id).path("char"));
            assertThat(Json.doubles(embeddings.get(id).path("embedding")))
                    .containsExactly(Json.doubles(expected.get(id).path("embedding")), PRECISION);
        }
    }

    private void assertLossHistory(Live live) {
        live.send("getLossHistory", "session", NAME);
        JsonNode history = next(live, "lossHistory", "losses").path("losses");
        assertThat(Json.doubles(history)).containsExactly(losses, PRECISION);
    }

    private void assertConfig(Live live) {
        live.send("getConfig", "session", NAME);
        JsonNode config = next(live, "config", "config").path("config");
        golden.path("config")
                .forEachEntry((name, value) -> assertThat(config.path(name)).isEqualTo(value));
        assertThat(config).isEqualTo(api.get("/sessions/" + NAME + "/config").ok());
    }
}
