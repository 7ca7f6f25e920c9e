package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.Map;

/// Tests training in the background.
@ServiceTest
final class RunsTest {

    private static final String NAME = "runs";
    private static final String PATH = "/sessions/" + NAME;
    private static final String RUNS = PATH + "/runs";
    private static final long ENDLESS = 1_000_000_000_000L;

    private final Api api;

    RunsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSixNames(NAME);
        api.delete(PATH); // deletes its runs as well
        api.initSixNames(NAME);
    }

    /// Starts a run, and returns its path.
    private String start(Map<String, ?> body) {
        Reply reply = api.post(RUNS, body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(202);
        String path = RUNS + "/" + reply.json().path("id").longValue();
        assertThat(reply.header("Location")).isEqualTo("/api/v1" + path);
        return path;
    }

    private JsonNode awaitState(String run, String state) {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> state(run).equals(state));
        return api.get(run).ok();
    }

    private String state(String run) {
        return api.get(run).ok().path("state").stringValue();
    }

    private JsonNode act(String run, String action) {
        return api.post(run + "/" + action).ok();
    }

    private long step() {
        return api.view(NAME).path("step").longValue();
    }

    @Test
    void aRunTrainsTheSameStepsAsStepCalls() {
        String run = start(Map.of("steps", 3000));
        JsonNode ended = awaitState(run, "succeeded");

        assertThat(ended.path("stepsDone").longValue()).isEqualTo(3000);
        assertThat(ended.path("reason").stringValue()).contains("3000 steps");
        assertThat(ended.path("endedAt").isString()).isTrue();
        assertThat(ended.path("stepsPerSecond").doubleValue()).isZero();
        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("ready");
        api.initSixNames("runs-by-step");
        api.step("runs-by-step", 3000);
        assertThat(api.losses(NAME)).containsExactly(api.losses("runs-by-step"));
        double[] last = api.losses(NAME);
        double sum = 0;
        for (int i = 2900; i < 3000; i++) {
            sum += last[i];
        }
        assertThat(ended.path("loss").doubleValue()).isCloseTo(sum / 100, within(1e-9));
    }

    @Test
    void aRunningRunReportsItsSpeed() {
        String run = start(Map.of("steps", ENDLESS));
        await().until(() -> api.get(run).ok().path("stepsPerSecond").doubleValue() > 0);
        JsonNode view = api.get(run).ok();
        double rate = view.path("stepsPerSecond").doubleValue();
        double rest = ENDLESS - view.path("stepsDone").doubleValue();
        assertThat(view.path("state").stringValue()).isEqualTo("running");
        assertThat(view.path("etaSeconds").doubleValue() * rate / rest).isBetween(0.99, 1.01);
        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("training");
        act(run, "cancel");
    }

    @Test
    void aPausedRunTrainsNoStepUntilResumed() {
        String run = start(Map.of("steps", ENDLESS));
        await().until(() -> step() > 0);
        for (int i = 0; i < 2; i++) { // the second time has no effect
            assertThat(act(run, "pause").path("state").stringValue()).isEqualTo("paused");
        }
        long step = step();
        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("paused");
        assertThat(api.post(PATH + "/generate").ok().path("samples")).hasSize(1);
        assertThat(step()).isEqualTo(step);
        for (int i = 0; i < 2; i++) {
            assertThat(act(run, "resume").path("state").stringValue()).isIn("queued", "running");
        }
        await().until(() -> step() > step);
        assertThat(act(run, "cancel").path("state").stringValue()).isEqualTo("cancelled");
    }

    @Test
    void pausesAndResumesLoseNoStep() {
        String run = start(Map.of("steps", 20_000));
        for (int i = 0; i < 20; i++) {
            act(run, "pause");
            act(run, "resume");
        }
        assertThat(awaitState(run, "succeeded").path("stepsDone").longValue()).isEqualTo(20_000);
        assertThat(step()).isEqualTo(20_000);
    }

    /// Each resumption replaces the one that is still waiting.
    @Test
    void aRunCanBePausedAndResumedManyTimes() {
        String fast = start(Map.of("steps", ENDLESS));
        for (int i = 0; i < 1100; i++) {
            api.post(fast + "/pause").ok();
            api.post(fast + "/resume").ok();
        }
        long step = step();
        await().until(() -> step() > step);
        act(fast, "cancel");
        assertThat(api.step(NAME, 1).path("step").longValue()).isGreaterThan(step);
    }

    @ParameterizedTest
    @ValueSource(strings = {"running", "paused"})
    void cancelEndsARun(String state) {
        String run = start(Map.of("steps", ENDLESS));
        if (state.equals("paused")) {
            act(run, "pause");
        }
        awaitState(run, state);
        JsonNode cancelled = act(run, "cancel");
        long step = step();

        assertThat(cancelled.path("state").stringValue()).isEqualTo("cancelled");
        assertThat(cancelled.path("stepsDone").longValue()).isEqualTo(step);
        for (String action : new String[] {"cancel", "pause", "resume"}) {
            assertThat(act(run, action)).isEqualTo(cancelled);
        }
        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("ready");
        assertThat(api.step(NAME, 1).path("step").longValue()).isEqualTo(step + 1);
    }

    @Test
    void aSessionHasOneActiveRun() {
        String run = start(Map.of("steps", ENDLESS));
        assertProblem(api.post(RUNS, Map.of("steps", 1)), 409, "busy");
        assertProblem(api.post(PATH + "/step"), 409, "busy");
        act(run, "pause");
        assertProblem(api.post(RUNS, Map.of("steps", 1)), 409, "busy");
        assertProblem(api.post(PATH + "/step"), 409, "busy");
        act(run, "cancel");

        awaitState(start(Map.of("steps", 5)), "succeeded");
        JsonNode runs = api.get(RUNS).ok().path("runs");
        assertThat(runs).hasSize(2);
        assertThat(runs.get(0).path("state").stringValue()).isEqualTo("cancelled");
        assertThat(runs.get(1).path("id").longValue()).isEqualTo(2);
    }

    @Test
    void aSpeedLimitIsRespected() {
        long start = System.nanoTime();
        String run = start(Map.of("steps", 21, "stepsPerSecond", 50));
        await().until(() -> step() > 2);
        assertThat(api.post(PATH + "/generate").ok().path("samples")).hasSize(1);
        awaitState(run, "succeeded");

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThan(Duration.ofMillis(395));
        assertThat(step()).isEqualTo(21);
    }

    @Test
    void aSlowRunCanBePausedAndCancelledImmediately() {
        String run = start(Map.of("steps", 100, "stepsPerSecond", 0.01));
        await().until(() -> step() == 1);
        assertThat(act(run, "pause").path("state").stringValue()).isEqualTo("paused");
        act(run, "resume");
        await().until(() -> step() == 2);
        assertThat(act(run, "cancel").path("state").stringValue()).isEqualTo("cancelled");
    }

    @Test
    void aRunStopsWhenTheLossIsLowEnough() {
        String run = start(Map.of("steps", ENDLESS, "stopWhen", Map.of("lossBelow", 2.2)));
        JsonNode ended = awaitState(run, "succeeded");

        assertThat(ended.path("loss").doubleValue()).isLessThan(2.2);
        assertThat(ended.path("stepsDone").longValue()).isBetween(100L, 100_000L);
        assertThat(ended.path("reason").stringValue()).contains("below 2.2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                              | steps",
                "{\"steps\": 0}                                  | steps",
                "{\"steps\": 1000000000001}                      | steps",
                "{\"steps\": 1, \"stepsPerSecond\": 0}           | stepsPerSecond",
                "{\"steps\": 1, \"stepsPerSecond\": 1e9}         | stepsPerSecond",
                "{\"steps\": 1, \"stopWhen\": {\"lossBelow\": -1}} | stopWhen.lossBelow"
            })
    void rejectsValuesOutOfRange(String body, String field) {
        Reply reply = api.postJson(RUNS, body);
        assertProblem(reply, 400, "out_of_range");
        assertThat(reply.json().path("field").stringValue()).isEqualTo(field);
        assertThat(api.get(RUNS).ok().path("runs")).isEmpty();
    }

    @Test
    void unknownRunsAreNotFound() {
        assertProblem(api.get(RUNS + "/1"), 404, "not_found");
        assertProblem(api.post(RUNS + "/1/pause"), 404, "not_found");
        assertProblem(api.post("/sessions/nobody/runs", Map.of("steps", 1)), 404, "not_found");
        api.init("runs-empty", Map.of());
        assertProblem(api.post("/sessions/runs-empty/runs", Map.of("steps", 1)), 409, "not_loaded");
    }

    @Test
    void aLossThatIsNotFiniteFailsTheRun() {
        api.init(NAME, Map.of("text", Api.SIX_NAMES, "learningRate", 1e300));
        JsonNode failed = awaitState(start(Map.of("steps", ENDLESS)), "failed");

        assertThat(failed.path("reason").stringValue()).contains("diverged");
        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("failed");
        assertProblem(api.post(RUNS, Map.of("steps", 1)), 409, "wrong_state");
    }

    @Test
    void restartingTheSessionEndsItsRun() {
        String run = start(Map.of("steps", ENDLESS));
        await().until(() -> step() > 0);
        api.initSixNames(NAME);

        JsonNode cancelled = api.get(run).ok();
        assertThat(cancelled.path("state").stringValue()).isEqualTo("cancelled");
        assertThat(cancelled.path("reason").stringValue()).contains("replaced");
        assertThat(step()).isZero();
        awaitState(start(Map.of("steps", 10)), "succeeded");
        assertThat(step()).isEqualTo(10);
    }

    @Test
    void deletingTheSessionEndsItsRun() {
        String run = start(Map.of("steps", ENDLESS));
        await().until(() -> step() > 0);
        assertThat(api.delete(PATH).status()).isEqualTo(204);
        assertProblem(api.get(run), 404, "not_found");
        api.initSixNames(NAME);
        assertThat(step()).isZero();
        assertThat(api.get(RUNS).ok().path("runs")).isEmpty();
    }
}
