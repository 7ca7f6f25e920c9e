package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.Map;

/// Tests the calls that show matrices, moments, gradients, histograms and position embeddings.
@ServiceTest
final class ParametersTest {

    private static final String PATH = "/sessions/numbers";
    private static final double BETA1 = 0.85;

    private final Api api;

    ParametersTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        init("tensor");
    }

    private void init(String engine) {
        api.init("numbers", Map.of("text", Api.SIX_NAMES, "engine", engine, "nEmbd", 8));
    }

    private double[] values(String matrix, String query) {
        JsonNode reply = api.get(PATH + "/parameters/" + matrix + "?" + query).ok();
        double[] values = Json.doubles(reply.path("values"));
        assertThat(values.length)
                .isEqualTo(reply.path("rows").intValue() * reply.path("columns").intValue());
        return values;
    }

    @Test
    void matricesAreListedInTheOrderOfTheParameters() {
        assertThat(Json.write(api.get(PATH + "/parameters").ok()))
                .startsWith("{\"matrices\":[{\"name\":\"wte\",\"rows\":16,\"columns\":8},")
                .contains("{\"name\":\"layer0.attn_wq\",\"rows\":8,\"columns\":8}")
                .endsWith("{\"name\":\"layer0.mlp_fc2\",\"rows\":8,\"columns\":32}]}");
    }

    @Test
    void embeddingsAreRowsOfTheirMatrices() {
        api.step("numbers", 20);
        double[] wte = values("wte", "");
        JsonNode embeddings = api.get(PATH + "/embeddings").ok();
        assertThat(Json.doubles(embeddings.get(3).path("embedding")))
                .containsExactly(Arrays.copyOfRange(wte, 24, 32));
        double[] wpe = values("wpe", "step=10");
        Reply positions = api.get(PATH + "/positions?step=10");
        assertThat(positions.ok()).hasSize(16);
        assertThat(positions.header("Microgpt-Step")).isEqualTo("10");
        assertThat(Json.doubles(positions.ok().get(15)))
                .containsExactly(Arrays.copyOfRange(wpe, 120, 128));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tensor", "scalar"})
    void aStepMovesTheMomentTowardsTheGradient(String engine) {
        init(engine);
        api.step("numbers", 8);
        for (String matrix : new String[] {"wte", "layer0.attn_wv", "layer0.mlp_fc1"}) {
            double[] gradient = values(matrix, "kind=gradient&step=8");
            double[] before = values(matrix, "kind=m&step=8");
            init(engine);
            api.step("numbers", 9);
            double[] after = values(matrix, "kind=m");
            for (int i = 0; i < after.length; i++) {
                assertThat(after[i])
                        .isCloseTo(BETA1 * before[i] + (1 - BETA1) * gradient[i], within(1e-6));
            }
            assertThat(gradient).isNotEqualTo(new double[gradient.length]);
        }
    }

    @Test
    void beforeTheFirstStepThereAreNoMoments() {
        assertThat(values("lm_head", "kind=m")).containsOnly(0);
        assertThat(values("lm_head", "kind=v")).containsOnly(0);
        api.step("numbers", 5);
        assertThat(values("lm_head", "kind=v&step=0")).containsOnly(0);
        assertThat(values("lm_head", "kind=v")).isNotEqualTo(values("lm_head", "kind=v&step=0"));
    }

    @Test
    void readingParametersChangesNothing() {
        api.step("numbers", 5);
        for (String kind : new String[] {"weight", "gradient", "m", "v"}) {
            values("wte", "kind=" + kind);
        }
        api.step("numbers", 5);
        double[] losses = api.losses("numbers");
        createSession();
        api.step("numbers", 10);
        assertThat(api.losses("numbers")).containsExactly(losses);
    }

    @Test
    void histogramsCountAllWeightsAtEachKeyframe() {
        api.step("numbers", 100);
        JsonNode reply = api.get(PATH + "/parameters/wpe/histograms?bins=10").ok();
        JsonNode steps = api.get(PATH + "/keyframes").ok().path("steps");
        assertThat(reply.path("steps")).isEqualTo(steps);
        assertThat(reply.path("counts")).hasSize(steps.size());
        double from = reply.path("from").doubleValue();
        double width = (reply.path("to").doubleValue() - from) / 10;
        for (int i = 0; i < steps.size(); i++) {
            int[] counts = Json.ints(reply.path("counts").get(i));
            assertThat(Arrays.stream(counts).sum()).isEqualTo(16 * 8);
            if (i % 10 == 0) {
                int[] expected = new int[10];
                for (double weight : values("wpe", "step=" + steps.get(i).longValue())) {
                    expected[Math.min(9, (int) ((weight - from) / width))]++;
                }
                assertThat(counts).containsExactly(expected);
            }
        }
    }

    @Test
    void rejectsInvalidRequests() {
        assertProblem(api.get(PATH + "/parameters/wxe"), 404, "not_found").hasField("matrix");
        assertProblem(api.get(PATH + "/parameters/wte?kind=x"), 400, "out_of_range")
                .hasField("kind");
        assertProblem(api.get(PATH + "/parameters/wte?step=1"), 400, "out_of_range")
                .hasField("step");
        assertProblem(api.get(PATH + "/parameters/wte/histograms?bins=0"), 400, "out_of_range")
                .hasMax(1000);
        api.init("numbers", Map.of());
        assertProblem(api.get(PATH + "/parameters"), 409, "not_loaded");
        assertProblem(api.get(PATH + "/parameters/wte"), 409, "not_loaded");
        assertProblem(api.get(PATH + "/positions"), 409, "not_loaded");
        assertProblem(api.get(PATH + "/baselines"), 409, "not_loaded");
    }

    @Test
    void baselinesImproveWithWhatTheirModelsKnow() {
        JsonNode lines = api.get(PATH + "/baselines").ok();
        assertThat(lines.path("uniform").doubleValue()).isEqualTo(Math.log(16));
        assertThat(lines.path("unigram").doubleValue()).isBetween(2.0, Math.log(16));
        assertThat(lines.path("bigram").doubleValue())
                .isBetween(0.1, lines.path("unigram").doubleValue());
        api.postText(PATH + "/load", "a");
        assertThat(api.get(PATH + "/baselines").ok().path("bigram").doubleValue()).isZero();
    }

    @Test
    void baselinesDependOnTheCurrentContextLength() {
        double[] unigrams = new double[2];
        for (int i = 0; i < 2; i++) {
            api.init("numbers", Map.of("dataset", "names", "blockSize", i == 0 ? 16 : 3));
            unigrams[i] = api.get(PATH + "/baselines").ok().path("unigram").doubleValue();
        }

        assertThat(unigrams[1]).isNotEqualTo(unigrams[0]);
    }
}
