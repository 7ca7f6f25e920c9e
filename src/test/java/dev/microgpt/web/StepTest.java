package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.Map;

/// Tests what a call to `step` does and returns.
@ServiceTest
final class StepTest {

    private static final String NAME = "step";
    private static final String STEP = "/sessions/step/step";
    private static final Map<String, ?> TINY_MODEL =
            Map.of("nEmbd", 1, "nHead", 1, "blockSize", 1, "text", "a");

    private final Api api;

    StepTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @Test
    void trainsOneStepByDefault() {
        api.initSixNames(NAME);
        JsonNode reply = api.post(STEP).ok();

        assertThat(reply.path("step").intValue()).isEqualTo(1);
        assertThat(Json.doubles(reply.path("losses")))
                .containsExactly(reply.path("loss").doubleValue());
        assertThat(reply.path("vizData").size()).isEqualTo(reply.path("tokens").size() - 1);
        assertThat(api.postJson(STEP, "{}").ok().path("step").intValue()).isEqualTo(2);
    }

    @Test
    void showsTokensOfDocument() {
        api.initSixNames(NAME);
        JsonNode reply = api.post(STEP).ok();
        int[] tokens = Json.ints(reply.path("tokens"));
        String doc = reply.path("doc").stringValue();
        JsonNode alphabet = api.get("/sessions/step/embeddings").ok();

        assertThat(tokens).startsWith(15).endsWith(15).hasSize(doc.length() + 2);
        for (int i = 0; i < doc.length(); i++) {
            assertThat(alphabet.get(tokens[i + 1]).path("char").stringValue())
                    .isEqualTo(doc.substring(i, i + 1));
        }
    }

    @Test
    void showsLastStepAllStepsOrNone() {
        api.initSixNames(NAME);
        JsonNode last = api.post(STEP, Map.of("count", 3, "viz", "last")).ok();
        JsonNode none = api.post(STEP, Map.of("count", 3, "viz", "none")).ok();
        api.initSixNames(NAME);
        JsonNode all = api.post(STEP, Map.of("count", 3, "viz", "all")).ok();

        assertThat(none.has("vizData")).isFalse();
        assertThat(all.path("vizData").size()).isEqualTo(3);
        assertThat(all.path("vizData").get(2)).isEqualTo(last.path("vizData"));
        assertThat(last.path("vizData").get(0).propertyNames())
                .containsExactlyInAnyOrder("embedding", "attentionWeights", "mlpActivations");
    }

    @Test
    void returnsUpToTenThousandLosses() {
        api.init(NAME, TINY_MODEL);
        assertThat(api.step(NAME, 10_000).path("losses").size()).isEqualTo(10_000);
        JsonNode longer = api.step(NAME, 10_001);

        assertThat(longer.has("losses")).isFalse();
        assertThat(longer.path("step").intValue()).isEqualTo(20_001);
        assertThat(api.losses(NAME)).hasSize(20_001);
    }

    @Test
    void learnsNothingOnceTheLearningRateIsZero() {
        api.init(NAME, Map.of("text", Api.SIX_NAMES, "numSteps", 2));
        JsonNode second = api.step(NAME, 2);
        JsonNode embeddings = api.get("/sessions/step/embeddings").ok();
        JsonNode fourth = api.step(NAME, 2);

        assertThat(second.path("learningRate").doubleValue()).isEqualTo(0.005);
        assertThat(fourth.path("learningRate").doubleValue()).isZero();
        assertThat(fourth.path("step").intValue()).isEqualTo(4);
        assertThat(api.get("/sessions/step/embeddings").ok()).isEqualTo(embeddings);
    }

    @Test
    void averagesDocumentsOfBatch() {
        double nearlyNoLearning = 1e-300;
        api.init(NAME, Map.of("text", Api.SIX_NAMES, "learningRate", nearlyNoLearning));
        double[] single = Json.doubles(api.step(NAME, 3).path("losses"));
        String lastDoc = api.post(STEP, Map.of("viz", "none")).ok().path("doc").stringValue();
        api.init(
                NAME,
                Map.of("text", Api.SIX_NAMES, "learningRate", nearlyNoLearning, "batchSize", 4));
        JsonNode batch = api.post(STEP).ok();
        double fourth = api.losses(NAME)[0] * 4 - Arrays.stream(single).sum();

        assertThat(batch.path("docs").size()).isEqualTo(4);
        assertThat(batch.path("docs").get(3)).isEqualTo(batch.path("doc"));
        assertThat(batch.path("doc").stringValue()).isEqualTo(lastDoc);
        assertThat(batch.path("tokens").size()).isEqualTo(lastDoc.length() + 2);
        assertThat(batch.path("vizData").size()).isEqualTo(lastDoc.length() + 1);
        assertThat(fourth).isCloseTo(lossOfFourthStep(), withPrecision(1e-10));
    }

    private double lossOfFourthStep() {
        api.init(NAME, Map.of("text", Api.SIX_NAMES, "learningRate", 1e-300));
        return api.step(NAME, 4).path("loss").doubleValue();
    }
}
