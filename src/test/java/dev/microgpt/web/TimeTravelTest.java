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

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Tests calls as of an earlier step, and forks at one.
@ServiceTest
final class TimeTravelTest {

    private static final String PATH = "/sessions/traveller";
    private static final Map<String, Object> GREEDY =
            Map.of("count", 3, "temperature", 0.7, "seed", 5);

    private final Api api;

    TimeTravelTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.delete("/sessions/branch");
        api.delete("/sessions/other");
        api.initSixNames("traveller");
    }

    private static Map<String, Object> with(Map<String, Object> body, String key, Object value) {
        Map<String, Object> result = new HashMap<>(body);
        result.put(key, value);
        return result;
    }

    private JsonNode fork(long step) {
        return fork("traveller", "branch", step);
    }

    private JsonNode fork(String parent, String child, long step) {
        api.delete("/sessions/" + child);
        return api.post("/sessions/" + parent + "/fork", Map.of("name", child, "step", step)).ok();
    }

    @Test
    void keyframesAreDenseAtFirstAndSparseLater() {
        api.step("traveller", 1000);
        JsonNode keyframes = api.get(PATH + "/keyframes").ok();
        assertThat(Json.write(keyframes.path("steps")))
                .startsWith("[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,18,20")
                .endsWith("832,896,960]");
        assertThat(keyframes.path("bytes").longValue())
                .isPositive()
                .isLessThan(keyframes.path("maxBytes").longValue());
    }

    @Test
    void everyQueryAsOfAStepGivesTheResultOfThatStep() {
        api.step("traveller", 100);
        JsonNode samples = api.post(PATH + "/generate", GREEDY).ok().path("samples");
        JsonNode scores = api.post(PATH + "/score", texts()).ok();
        JsonNode trace = api.post(PATH + "/inspect", text()).ok().path("vizData");
        JsonNode embeddings = api.get(PATH + "/embeddings").ok();
        api.step("traveller", 400);

        Reply generated = api.post(PATH + "/generate", with(GREEDY, "step", 101));
        assertStep(generated, 96);
        fork(100); // there is no keyframe at step 100, but the fork can use its current step
        String branch = "/sessions/branch";
        generated = api.post(branch + "/generate", with(GREEDY, "step", 100));
        assertThat(generated.ok().path("samples")).isEqualTo(samples);
        assertStep(generated, 100);
        Reply inspected = api.post(branch + "/inspect", with(text(), "step", 100));
        assertThat(inspected.ok().path("vizData")).isEqualTo(trace);
        assertStep(inspected, 100);
        Reply scored = api.post(branch + "/score", with(texts(), "step", 100));
        assertThat(scored.ok()).isEqualTo(scores);
        assertThat(scored.header("Microgpt-Step")).isEqualTo("100");
        Reply embedded = api.get(branch + "/embeddings?step=100");
        assertThat(embedded.ok()).isEqualTo(embeddings);
        assertThat(embedded.header("Microgpt-Step")).isEqualTo("100");
    }

    private static Map<String, Object> texts() {
        return Map.of("texts", new String[] {"emma", "mmea"});
    }

    private static Map<String, Object> text() {
        return Map.of("text", "emma");
    }

    private static void assertStep(Reply reply, long step) {
        assertThat(reply.header("Microgpt-Step")).isEqualTo(String.valueOf(step));
        assertThat(reply.json().path("step").longValue()).isEqualTo(step);
    }

    @Test
    void keyframesGiveTheResultsOfTheModelAtTheirStep() {
        api.step("traveller", 16);
        JsonNode samples = api.post(PATH + "/generate", GREEDY).ok().path("samples");
        JsonNode embeddings = api.get(PATH + "/embeddings").ok();
        api.step("traveller", 500);
        for (int step : new int[] {16, 17}) {
            Reply reply = api.post(PATH + "/generate", with(GREEDY, "step", step));
            assertThat(reply.ok().path("samples")).isEqualTo(samples);
            assertStep(reply, 16);
        }
        assertThat(api.get(PATH + "/embeddings?step=16").ok()).isEqualTo(embeddings);
    }

    @Test
    void stepZeroIsTheUntrainedModel() {
        JsonNode untrained = api.get(PATH + "/embeddings").ok();
        assertThat(api.get(PATH + "/embeddings?step=0").ok()).isEqualTo(untrained);
        api.step("traveller", 30);
        assertThat(api.get(PATH + "/embeddings?step=0").ok()).isEqualTo(untrained);
    }

    @Test
    void withoutAStepThereIsNoHeader() {
        api.step("traveller", 3);
        Reply reply = api.post(PATH + "/generate");
        assertThat(reply.header("Microgpt-Step")).isEmpty();
        assertThat(reply.ok().has("step")).isFalse();
    }

    @Test
    void aCallWithAStepUsesItsOwnGenerator() {
        api.step("traveller", 20);
        api.initSixNames("other");
        api.step("other", 20);
        Reply first = api.post(PATH + "/generate", Map.of("step", 20));
        Reply again = api.post(PATH + "/generate", Map.of("step", 20));
        Reply seeded = api.post(PATH + "/generate", Map.of("step", 20, "seed", 42));
        assertThat(again.ok()).isEqualTo(first.ok());
        assertThat(seeded.ok()).isEqualTo(first.ok());
        Map<String, Integer> five = Map.of("count", 5);
        assertThat(api.post(PATH + "/generate", five).ok())
                .isEqualTo(api.post("/sessions/other/generate", five).ok());
    }

    @Test
    void rejectsStepsBeyondTheCurrentOne() {
        api.step("traveller", 10);
        for (long step : new long[] {11, -1, Long.MAX_VALUE}) {
            Map<String, Object> body = Map.of("step", step);
            assertRejected(api.post(PATH + "/generate", body));
            assertRejected(api.post(PATH + "/inspect", with(text(), "step", step)));
            assertRejected(api.post(PATH + "/score", with(texts(), "step", step)));
            assertRejected(api.get(PATH + "/embeddings?step=" + step));
            assertRejected(api.post(PATH + "/fork", with(Map.of("name", "branch"), "step", step)));
        }
        assertProblem(api.get(PATH + "/embeddings?step=x"), 400, "wrong_type");
        api.init("traveller", Map.of());
        assertProblem(api.get(PATH + "/embeddings?step=0"), 409, "not_loaded");
        assertThat(api.get(PATH + "/keyframes").ok().path("steps")).isEmpty();
    }

    private static void assertRejected(Reply reply) {
        assertProblem(reply, 400, "out_of_range").hasField("step").hasMax(10);
    }

    @ParameterizedTest
    @CsvSource({"tensor, mulberry32, 1", "tensor, python, 3", "scalar, mulberry32, 2"})
    void aForkAtAnEarlierStepTrainsTheSameSteps(String engine, String random, int batchSize) {
        api.initSmall("traveller", engine, random, batchSize);
        api.step("traveller", 150);
        double[] losses = api.losses("traveller");
        for (int step : new int[] {0, 1, 7, 64, 101, 149, 150}) {
            JsonNode child = fork(step);
            assertThat(child.path("step").longValue()).isEqualTo(step);
            assertThat(api.post("/sessions/branch/step", Map.of("count", 160 - step)).status())
                    .isEqualTo(200);
            assertThat(Arrays.copyOf(api.losses("branch"), 150)).containsExactly(losses);
        }
    }

    @Test
    void aForkAfterSteeringIsSteeredAgainAndOneBeforeIsNot() {
        api.step("traveller", 50);
        api.patch(PATH, Map.of("learningRate", 0.05, "batchSize", 2)).ok();
        api.step("traveller", 25);
        api.patch(PATH, Map.of("numSteps", 200)).ok();
        api.step("traveller", 25);
        double[] losses = api.losses("traveller");

        JsonNode after = fork(90);
        assertThat(after.path("options").path("numSteps").longValue()).isEqualTo(200);
        api.step("branch", 10);
        assertThat(api.losses("branch")).containsExactly(losses);

        JsonNode between = fork(60);
        assertThat(between.path("options").path("batchSize").intValue()).isEqualTo(2);
        assertThat(between.path("options").path("numSteps").longValue()).isEqualTo(1000);
        api.step("branch", 40);
        double[] unsteered = api.losses("branch");
        assertThat(Arrays.copyOf(unsteered, 75)).containsExactly(Arrays.copyOf(losses, 75));
        assertThat(unsteered[80]).isNotEqualTo(losses[80]);

        JsonNode before = fork(49);
        assertThat(before.path("options").path("learningRate").doubleValue()).isEqualTo(0.01);
        assertThat(api.get("/sessions/branch/history").ok().path("schedule")).hasSize(1);
        api.step("branch", 51);
        assertThat(Arrays.copyOf(api.losses("branch"), 50))
                .containsExactly(Arrays.copyOf(losses, 50));
        assertThat(fork(50).path("options").path("batchSize").intValue()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mulberry32", "python"})
    void aForkHasTheGeneratorFromAfterTheStep(String random) {
        api.init("traveller", Map.of("text", Api.SIX_NAMES, "random", random));
        api.step("traveller", 10);
        JsonNode atTen = api.post(PATH + "/generate", Map.of("count", 4)).ok();
        api.step("traveller", 10);
        JsonNode atTwenty = api.post(PATH + "/generate", Map.of("count", 4)).ok();
        api.step("traveller", 10);
        JsonNode atThirty = api.post(PATH + "/generate", Map.of("count", 4)).ok();
        api.step("traveller", 10);
        Map<Integer, JsonNode> expected = Map.of(10, atTen, 20, atTwenty, 30, atThirty);
        expected.forEach(
                (step, samples) -> {
                    fork(step);
                    assertThat(api.post("/sessions/branch/generate", Map.of("count", 4)).ok())
                            .isEqualTo(samples);
                });
    }

    @Test
    void aForkCanBeForkedAtAnEarlierStep() {
        api.step("traveller", 40);
        api.patch(PATH, Map.of("learningRate", 0.03)).ok();
        api.step("traveller", 40);
        double[] losses = api.losses("traveller");
        fork(70);
        api.delete(PATH);
        JsonNode grandchild = fork("branch", "other", 55);
        assertThat(grandchild.path("step").longValue()).isEqualTo(55);
        api.step("other", 25);
        assertThat(api.losses("other")).containsExactly(losses);
        JsonNode events = api.get("/sessions/other/history").ok().path("events");
        assertThat(events.get(events.size() - 1).path("parent").stringValue()).isEqualTo("branch");
    }

    @Test
    void aFailedSessionCanBeQueriedAndForkedAtEarlierSteps() {
        api.step("traveller", 40);
        JsonNode good = api.get(PATH + "/embeddings").ok();
        double[] losses = api.losses("traveller");
        api.patch(PATH, Map.of("learningRate", 1e38)).ok();
        for (int i = 0; i < 20 && api.view("traveller").path("step").longValue() == 40 + i; i++) {
            api.post(PATH + "/step", Map.of("count", 1));
        }
        long last = api.view("traveller").path("step").longValue();
        assertThat(api.view("traveller").path("state").stringValue()).isEqualTo("failed");
        assertProblem(api.get(PATH + "/embeddings"), 409, "wrong_state");
        assertThat(api.get(PATH + "/keyframes").ok().path("steps").toString())
                .endsWith("," + last + "]");
        assertThat(api.get(PATH + "/embeddings?step=" + last).status()).isEqualTo(200);
        assertThat(api.get(PATH + "/embeddings?step=40").ok()).isEqualTo(good);
        fork(39);
        api.step("branch", 1);
        assertThat(api.losses("branch")).containsExactly(losses);
    }

    @Test
    void theHistoryHasAScheduleAndSamples() {
        api.step("traveller", 100);
        api.patch(PATH, Map.of("learningRate", 0.02)).ok();
        api.patch(PATH, Map.of("numSteps", 500)).ok();
        api.step("traveller", 100);
        JsonNode history = api.get(PATH + "/history").ok();

        assertThat(Json.write(history.path("schedule")))
                .isEqualTo(
                        Json.write(
                                Json.parse(
                                        """
                                        [{"fromStep":0,"learningRate":0.01,"numSteps":1000,"batchSize":1},
                                         {"fromStep":100,"learningRate":0.02,"numSteps":500,"batchSize":1}]
                                        """)));
        JsonNode samples = history.path("samples");
        assertThat(samples).hasSize(16 + 3 * 8 + 5);
        assertThat(samples.get(0).path("step").longValue()).isZero();
        JsonNode newest = samples.get(samples.size() - 1);
        assertThat(newest.path("step").longValue()).isEqualTo(192);
        assertThat(newest.path("learningRate").doubleValue()).isEqualTo(0.02 * (1 - 191 / 500.0));
        String text =
                api.post(PATH + "/generate", Map.of("step", 192))
                        .ok()
                        .path("samples")
                        .get(0)
                        .path("text")
                        .stringValue();
        assertThat(newest.path("text").stringValue()).isEqualTo(text);
    }

    @Test
    void aRunCanSteerAtItsStart() {
        Map<String, Object> run = Map.of("steps", 20, "numSteps", 50, "learningRate", 0.03);
        api.post(PATH + "/runs", run).ok();
        JsonNode options = api.view("traveller").path("options");
        assertThat(options.path("numSteps").longValue()).isEqualTo(50);
        assertThat(options.path("learningRate").doubleValue()).isEqualTo(0.03);
        JsonNode events = api.get(PATH + "/history").ok().path("events");
        assertThat(Json.write(events)).contains("steered").contains("started");
        assertProblem(
                        api.post("/sessions/traveller/runs", Map.of("steps", 5, "batchSize", 0)),
                        400,
                        "out_of_range")
                .hasField("batchSize");
    }
}
