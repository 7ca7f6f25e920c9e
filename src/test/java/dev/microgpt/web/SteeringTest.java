package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Tests changing training options while a session trains.
@ServiceTest
final class SteeringTest {

    private static final String PATH = "/sessions/steering";

    private final Api api;

    SteeringTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSixNames("steering");
        api.delete(PATH);
        api.initSixNames("steering");
    }

    private JsonNode step() {
        return api.post(PATH + "/step").ok();
    }

    @Test
    void theLearningRateFollowsTheNewSchedule() {
        api.step("steering", 100);
        JsonNode view = api.patch(PATH, Map.of("learningRate", 0.5, "numSteps", 200)).ok();
        assertThat(view.path("options").path("learningRate").doubleValue()).isEqualTo(0.5);
        assertThat(view.path("options").path("numSteps").longValue()).isEqualTo(200);

        assertThat(step().path("learningRate").doubleValue()).isEqualTo(0.25);
        api.patch(PATH, Map.of("learningRate", 0.01)).ok();
        assertThat(step().path("learningRate").doubleValue()).isEqualTo(0.01 * (1 - 101 / 200.0));
    }

    @Test
    void aNewBatchSizeContinuesWithTheNextDocument() {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            order.add(step().path("doc").stringValue());
        }
        assertThat(order).doesNotHaveDuplicates();
        step();
        api.patch(PATH, Map.of("batchSize", 3)).ok();
        JsonNode docs = step().path("docs");
        assertThat(docs).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(docs.get(i).stringValue()).isEqualTo(order.get(i + 1));
        }
        api.patch(PATH, Map.of("batchSize", 1)).ok();
        assertThat(step().path("doc").stringValue()).isEqualTo(order.get(4));
    }

    @Test
    void sameSteeringAtTheSameStepGivesTheSameLosses() {
        for (String name : new String[] {"steering", "steering-again"}) {
            api.initSixNames(name);
            api.step(name, 50);
            api.patch("/sessions/" + name, Map.of("learningRate", 0.003, "batchSize", 2)).ok();
            api.step(name, 50);
        }
        assertThat(api.losses("steering")).containsExactly(api.losses("steering-again"));
    }

    @Test
    void steeringARunIsRecordedInTheHistory() {
        api.post(PATH + "/runs", Map.of("steps", 1_000_000_000)).ok();
        await().until(() -> api.view("steering").path("step").longValue() > 0);
        api.patch(PATH, Map.of("numSteps", 1_000_000_000)).ok();
        for (String action : new String[] {"pause", "pause", "resume", "cancel", "cancel"}) {
            api.post(PATH + "/runs/1/" + action).ok();
        }
        JsonNode events = api.get(PATH + "/history").ok().path("events");
        List<String> kinds = new ArrayList<>();
        long step = 0;
        for (JsonNode event : events) {
            kinds.add(event.path("kind").stringValue());
            assertThat(event.path("step").longValue()).isGreaterThanOrEqualTo(step);
            step = event.path("step").longValue();
        }
        assertThat(kinds)
                .containsExactly("loaded", "started", "steered", "paused", "resumed", "cancelled");
        JsonNode steering = events.get(2).path("steering");
        assertThat(steering.path("numSteps").longValue()).isEqualTo(1_000_000_000);
        assertThat(steering.has("learningRate")).isFalse();
        assertThat(events.get(3).path("run").longValue()).isEqualTo(1);
    }

    @Test
    void rejectsValuesOutOfRangeWithoutEffect() {
        JsonNode before = api.view("steering");
        for (Map<String, ?> body :
                List.<Map<String, ?>>of(
                        Map.of(),
                        Map.of("learningRate", 0),
                        Map.of("learningRate", -1),
                        Map.of("numSteps", 0),
                        Map.of("batchSize", 0),
                        Map.of("learningRate", 0.1, "batchSize", 1_000_000))) {
            assertProblem(api.patch(PATH, body), 400, "out_of_range");
        }
        assertProblem(
                        api.send(api.request(PATH).method("PATCH", BodyPublishers.noBody())),
                        400,
                        "out_of_range")
                .hasDetail(
                        "at least one of these must be given: learningRate, numSteps, batchSize, ");
        assertProblem(api.patch(PATH, Map.of("nEmbd", 32)), 400, "unknown_field");
        assertProblem(api.patch("/sessions/nobody", Map.of("numSteps", 1)), 404, "not_found");
        api.init("steering-empty", Map.of());
        assertProblem(
                api.patch("/sessions/steering-empty", Map.of("numSteps", 1)), 409, "not_loaded");
        assertThat(api.view("steering")).isEqualTo(before);
    }
}
