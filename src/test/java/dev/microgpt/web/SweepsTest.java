package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/// Tests sweeps over HTTP.
@ServiceTest
final class SweepsTest {

    private static final String NAME = "sweeps-test";
    private static final String PATH = "/sweeps/" + NAME;
    private static final long ENDLESS = 1_000_000_000_000L;

    private final Api api;

    SweepsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void deleteSweep() {
        assertThat(api.delete(PATH + "?sessions=true").status()).isIn(204, 404);
        for (int number = 1; number <= 3; number++) {
            api.delete("/sessions/" + NAME + "-00" + number);
        }
    }

    /// Returns the body of a sweep over six names.
    private static Map<String, Object> sweep(Map<String, ?> grid, long steps) {
        return new HashMap<>(
                Map.of(
                        "name",
                        NAME,
                        "text",
                        Api.SIX_NAMES,
                        "options",
                        Map.of("nEmbd", 8),
                        "grid",
                        grid,
                        "steps",
                        steps));
    }

    /// Returns the body of a sweep that does not end, and whose learning rate ends before training diverges.
    private static Map<String, Object> endless(List<Integer> seeds) {
        Map<String, Object> body = sweep(Map.of("seed", seeds), ENDLESS);
        body.put("options", Map.of("nEmbd", 8, "numSteps", 1000));
        return body;
    }

    private JsonNode start(Map<String, ?> body) {
        Reply reply = api.post("/sweeps", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        assertThat(reply.header("Location")).isEqualTo("/api/v1" + PATH);
        return reply.json();
    }

    private JsonNode get() {
        return api.get(PATH).ok();
    }

    private JsonNode awaitEnd(String state) {
        await().atMost(Duration.ofSeconds(30)).until(() -> get().has("endedAt"));
        JsonNode sweep = get();
        assertThat(sweep.path("state").stringValue()).isEqualTo(state);
        return sweep;
    }

    private static List<JsonNode> trials(JsonNode sweep) {
        return sweep.path("trials").valueStream().toList();
    }

    private static JsonNode trial(JsonNode sweep, String session) {
        return trials(sweep).stream()
                .filter(trial -> trial.path("session").stringValue().equals(session))
                .findFirst()
                .orElseThrow();
    }

    private static int count(JsonNode sweep, String state) {
        return sweep.path("counts").path(state).intValue();
    }

    @Test
    void aGridTrainsEachCombinationAndRanksThemByValidationLoss() {
        JsonNode started =
                start(
                        sweep(
                                Map.of("learningRate", List.of(0.003, 0.03), "seed", List.of(1, 2)),
                                200));

        assertThat(started.path("state").stringValue()).isEqualTo("running");
        assertThat(count(started, "waiting")).isEqualTo(4);
        JsonNode sweep = awaitEnd("completed");
        assertThat(count(sweep, "completed")).isEqualTo(4);
        List<JsonNode> trials = trials(sweep);
        assertThat(trials).hasSize(4);
        double previous = 0;
        for (int i = 0; i < 4; i++) {
            JsonNode trial = trials.get(i);
            assertThat(trial.path("rank").intValue()).isEqualTo(i + 1);
            assertThat(trial.path("state").stringValue()).isEqualTo("completed");
            assertThat(trial.path("step").longValue()).isEqualTo(200);
            assertThat(trial.path("validationLoss").doubleValue()).isGreaterThanOrEqualTo(previous);
            assertThat(trial.path("bestValidationLoss").doubleValue())
                    .isLessThanOrEqualTo(trial.path("validationLoss").doubleValue());
            previous = trial.path("validationLoss").doubleValue();
        }
    }

    /// The sweep trains as calls of the same sessions would.
    @Test
    void aTrialTrainsAsASessionWithItsOptionsDoes() {
        start(sweep(Map.of("learningRate", List.of(0.02)), 160));
        JsonNode sweep = awaitEnd("completed");
        JsonNode options = sweep.path("options");
        JsonNode trial = trials(sweep).getFirst();

        api.init(
                "sweeps-alone",
                Map.of(
                        "text",
                        Api.SIX_NAMES,
                        "nEmbd",
                        8,
                        "learningRate",
                        0.02,
                        "numSteps",
                        160,
                        "validation",
                        options.path("validation").doubleValue(),
                        "validateEvery",
                        options.path("validateEvery").longValue()));
        api.step("sweeps-alone", 160);
        assertThat(api.losses(NAME + "-001")).containsExactly(api.losses("sweeps-alone"));
        JsonNode losses = api.get("/sessions/sweeps-alone/validation").ok().path("losses");
        assertThat(trial.path("validationLoss").doubleValue())
                .isEqualTo(losses.get(losses.size() - 1).path("loss").doubleValue());
    }

    @Test
    void theLearningRateEndsWithTheTrialUnlessTheOptionsSayOtherwise() {
        JsonNode sweep = start(sweep(Map.of("seed", List.of(1)), 20));
        assertThat(sweep.path("options").path("numSteps").intValue()).isEqualTo(20);
        awaitEnd("completed");
        assertThat(api.view(NAME + "-001").path("options").path("numSteps").intValue())
                .isEqualTo(20);

        deleteSweep();
        start(sweep(Map.of("numSteps", List.of(50)), 20));
        awaitEnd("completed");
        assertThat(api.view(NAME + "-001").path("options").path("numSteps").intValue())
                .isEqualTo(50);
    }

    @Test
    void groupsAverageOverSeeds() {
        start(sweep(Map.of("learningRate", List.of(0.003, 0.03), "seed", List.of(1, 2, 3)), 100));
        JsonNode sweep = awaitEnd("completed");

        JsonNode groups = sweep.path("groups");
        assertThat(groups).hasSize(2);
        for (JsonNode group : groups) {
            double rate = group.path("options").path("learningRate").doubleValue();
            double[] losses =
                    trials(sweep).stream()
                            .filter(
                                    t ->
                                            t.path("options").path("learningRate").doubleValue()
                                                    == rate)
                            .mapToDouble(t -> t.path("validationLoss").doubleValue())
                            .toArray();
            double mean = DoubleStream.of(losses).average().orElseThrow();
            double variance = DoubleStream.of(losses).map(l -> (l - mean) * (l - mean)).sum() / 2;
            assertThat(group.path("options").has("seed")).isFalse();
            assertThat(group.path("count").intValue()).isEqualTo(3);
            assertThat(group.path("mean").doubleValue()).isCloseTo(mean, within(1e-12));
            assertThat(group.path("standardError").doubleValue())
                    .isCloseTo(Math.sqrt(variance / 3), within(1e-12));
        }
        assertThat(groups.get(0).path("mean").doubleValue())
                .isLessThan(groups.get(1).path("mean").doubleValue());
    }

    /// The last step is not one at which the session measures its validation loss.
    @Test
    void theLastStepIsMeasuredEvenIfItIsNotDue() {
        Map<String, Object> body = sweep(Map.of("seed", List.of(1)), 50);
        body.put("options", Map.of("nEmbd", 8, "validation", 2, "validateEvery", 40));
        start(body);
        JsonNode trial = trials(awaitEnd("completed")).getFirst();

        api.init(
                "sweeps-measured",
                Map.of(
                        "text",
                        Api.SIX_NAMES,
                        "nEmbd",
                        8,
                        "seed",
                        1,
                        "numSteps",
                        50,
                        "validation",
                        2,
                        "validateEvery",
                        50));
        api.step("sweeps-measured", 50);
        JsonNode losses = api.get("/sessions/sweeps-measured/validation").ok().path("losses");
        assertThat(trial.path("validationLoss").doubleValue())
                .isEqualTo(losses.get(1).path("loss").doubleValue());
    }

    @Test
    void randomDrawsAreRepeatable() {
        Map<String, Object> body = sweep(Map.of(), 5);
        body.remove("grid");
        body.put(
                "random",
                Map.of(
                        "count",
                        6,
                        "seed",
                        7,
                        "options",
                        Map.of(
                                "learningRate",
                                Map.of("min", 1e-4, "max", 0.1, "scale", "log"),
                                "nLayer",
                                Map.of("min", 1, "max", 2),
                                "nEmbd",
                                Map.of("values", List.of(4, 8)))));
        start(body);
        JsonNode first = awaitEnd("completed");
        assertThat(api.delete(PATH + "?sessions=true").status()).isEqualTo(204);
        start(body);
        JsonNode second = awaitEnd("completed");

        assertThat(second.path("trials")).isEqualTo(first.path("trials"));
        assertThat(trials(first))
                .hasSize(6)
                .allSatisfy(
                        trial -> {
                            JsonNode options = trial.path("options");
                            assertThat(options.path("learningRate").doubleValue())
                                    .isBetween(1e-4, 0.1);
                            assertThat(options.path("nLayer").intValue()).isBetween(1, 2);
                            assertThat(options.path("nEmbd").intValue()).isIn(4, 8);
                        });
    }

    @Test
    void aTrialThatDivergesFailsAndTheSweepGoesOn() {
        Map<String, Object> body = sweep(Map.of("learningRate", List.of(1e300, 0.01)), 100);
        start(body);
        JsonNode sweep = awaitEnd("completed");

        assertThat(count(sweep, "failed")).isEqualTo(1);
        assertThat(count(sweep, "completed")).isEqualTo(1);
        JsonNode failed = trial(sweep, NAME + "-001");
        assertThat(failed.has("rank")).isFalse();
        assertThat(failed.path("message").stringValue()).isNotEmpty();
        assertThat(trials(sweep).getFirst().path("session").stringValue()).isEqualTo(NAME + "-002");
    }

    @Test
    void aSweepCanBePausedResumedAndCancelled() {
        Map<String, Object> body = endless(List.of(1, 2, 3));
        body.put("parallel", 2);
        start(body);
        await().until(() -> count(get(), "running") == 2);
        assertThat(count(get(), "waiting")).isEqualTo(1);

        assertThat(api.post(PATH + "/pause").ok().path("state").stringValue()).isEqualTo("paused");
        await().until(() -> count(get(), "paused") == 2);
        assertThat(api.view(NAME + "-001").path("state").stringValue()).isEqualTo("paused");

        assertThat(api.post(PATH + "/resume").ok().path("state").stringValue())
                .isEqualTo("running");
        await().until(() -> api.view(NAME + "-001").path("state").stringValue().equals("training"));

        assertThat(api.post(PATH + "/cancel").ok().path("state").stringValue())
                .isEqualTo("cancelled");
        JsonNode sweep = awaitEnd("cancelled");
        assertThat(count(sweep, "cancelled")).isEqualTo(3);
        assertThat(api.view(NAME + "-001").path("state").stringValue()).isEqualTo("ready");
        assertThat(api.get("/sessions/" + NAME + "-003").status()).isEqualTo(404);
        assertThat(api.post(PATH + "/resume").ok().path("state").stringValue())
                .isEqualTo("cancelled");
    }

    @Test
    void aDeletedSessionIsNotMadeAgain() {
        Map<String, Object> body = endless(List.of(1, 2));
        start(body);
        await().until(() -> count(get(), "running") == 2);
        assertThat(api.delete("/sessions/" + NAME + "-001").status()).isEqualTo(204);

        await().until(() -> count(get(), "deleted") == 1);
        api.post(PATH + "/cancel").ok();
        JsonNode sweep = awaitEnd("cancelled");
        assertThat(trial(sweep, NAME + "-001").path("state").stringValue()).isEqualTo("deleted");
        assertThat(api.get("/sessions/" + NAME + "-001").status()).isEqualTo(404);
    }

    @Test
    void deletingASweepKeepsItsSessionsUnlessTheyAreDeletedWithIt() {
        start(sweep(Map.of("seed", List.of(1, 2)), 10));
        awaitEnd("completed");
        assertThat(api.delete(PATH).status()).isEqualTo(204);
        assertThat(api.get(PATH).status()).isEqualTo(404);
        assertThat(api.view(NAME + "-002").path("step").longValue()).isEqualTo(10);

        assertProblem(api.post("/sweeps", sweep(Map.of("seed", List.of(3)), 10)), 409, "exists")
                .hasDetail(NAME + "-001");
        Reply overwritten =
                api.post("/sweeps?overwrite=true", sweep(Map.of("seed", List.of(3, 4)), 20));
        assertThat(overwritten.status()).isEqualTo(201);
        awaitEnd("completed");
        assertThat(api.view(NAME + "-002").path("step").longValue()).isEqualTo(20);
        assertThat(api.delete(PATH + "?sessions=true").status()).isEqualTo(204);
        assertThat(api.get("/sessions/" + NAME + "-002").status()).isEqualTo(404);
    }

    @Test
    void deletingARunningSweepStopsIt() {
        start(endless(List.of(1)));
        await().until(() -> count(get(), "running") == 1);
        assertThat(api.delete(PATH).status()).isEqualTo(204);
        assertThat(api.view(NAME + "-001").path("state").stringValue()).isEqualTo("ready");
    }

    @Test
    void aSweepIsListedWithoutItsTrials() {
        start(sweep(Map.of("seed", List.of(1, 2)), 10));
        awaitEnd("completed");
        JsonNode listed =
                api.get("/sweeps")
                        .ok()
                        .path("sweeps")
                        .valueStream()
                        .filter(sweep -> sweep.path("name").stringValue().equals(NAME))
                        .findFirst()
                        .orElseThrow();
        assertThat(listed.path("state").stringValue()).isEqualTo("completed");
        assertThat(count(listed, "completed")).isEqualTo(2);
        assertThat(listed.has("trials")).isFalse();
    }

    @Test
    void aRepeatedCallWithTheSameKeyStartsOneSweep() {
        String json = Json.write(sweep(Map.of("seed", List.of(1)), 10));
        String key = "sweep-" + System.nanoTime();
        Reply first = api.send(api.json("/sweeps", json).header("Idempotency-Key", key));
        Reply second = api.send(api.json("/sweeps", json).header("Idempotency-Key", key));
        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(second.body()).isEqualTo(first.body());
        awaitEnd("completed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'grid': {'nEmbd': [8, 15]}} | out_of_range | trial 2 (nEmbd 15): ",
                "{'grid': {'nEmbd': ['wide']}} | wrong_type | trial 1 (nEmbd wide): nEmbd must be an integer",
                "{'grid': {'width': [8]}} | unknown_field | there is no option 'width'",
                "{'grid': {'text': ['a']}} | unknown_field | there is no option 'text'",
                "{'grid': {'seed': []}} | out_of_range | grid.seed must be from 1 to 1000, but is 0",
                "{'grid': {'seed': [1, 2, 1]}} | out_of_range | grid.seed must have different values, but has 1 twice",
                "{'grid': {'seed': [null]}} | wrong_type | grid.seed[0] must be a value, but is null",
                "{'grid': {'norm': ['none']}} | out_of_range | trial 1 (norm none): norm must be one of",
                "{'grid': {'preset': ['gpt5']}} | out_of_range | trial 1 (preset gpt5): preset must be one of",
                "{} | out_of_range | the request must have either grid or random",
                "{'grid': {'seed': [1]}, 'random': {}} | out_of_range | the request must have either grid or random",
                "{'random': {'count': 0}} | out_of_range | random.count must be from 1 to 1000, but is 0",
                "{'random': {'count': 1}} | wrong_type | random.options must be an object",
                "{'random': {'count': 1, 'options': {'norm': {'min': 1, 'max': 2}}}} | wrong_type | random.options.norm.values",
                "{'random': {'count': 1, 'options': {'learningRate': {'min': 0, 'max': 2, 'scale': 'log'}}}} | out_of_range | must be above 0",
                "{'random': {'count': 1, 'options': {'nEmbd': {'min': 1.5, 'max': 2}}}} | out_of_range | must be an integer",
                "{'random': {'count': 1, 'options': {'nEmbd': {'min': 3, 'max': 2}}}} | out_of_range | must be at least min",
                "{'grid': {'seed': [1]}, 'parallel': 0} | out_of_range | parallel must be from 1 to 1000, but is 0",
                "{'grid': {'seed': [1]}, 'steps': 0} | out_of_range | steps must be from 1",
                "{'grid': {'seed': [1]}, 'name': 'A'} | invalid_name | must have 1 to 59 characters",
                "{'grid': {'seed': [1]}, 'options': {'dataset': 'names'}} | unknown_field | give it beside them",
                "{'grid': {'seed': [1]}, 'options': {'nEmbd': 15}} | out_of_range | trial 1 (seed 1): ",
                "{'grid': {'seed': [1]}, 'options': {'validation': 6}} | out_of_range | trial 1 (seed 1): validation must leave",
                "{'grid': {'seed': [1]}, 'stopWhen': {'lossBelow': -1}} | out_of_range | stopWhen.lossBelow"
            })
    void anInvalidSweepIsRejected(String change, String code, String detail) {
        JsonNode changes = Json.parse(change.replace('\'', '"'));
        Map<String, Object> body = sweep(Map.of(), 10);
        body.remove("grid");
        changes.propertyStream().forEach(field -> body.put(field.getKey(), field.getValue()));
        assertProblem(api.post("/sweeps", body), 400, code).hasDetail(detail);
        assertThat(api.get(PATH).status()).isEqualTo(404);
        assertThat(api.get("/sessions/" + NAME + "-001").status()).isEqualTo(404);
    }
}
