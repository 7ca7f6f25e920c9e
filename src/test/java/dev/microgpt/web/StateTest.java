package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Map;

/// Tests that calls that come too early or would destroy something are rejected and change nothing.
@ServiceTest
final class StateTest {

    private static final String PATH = "/sessions/state";

    private final Api api;

    StateTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @Test
    void rejectsMostCallsBeforeLoad() {
        JsonNode created = api.init("state", Map.of("nEmbd", 8));

        assertProblem(api.post(PATH + "/step"), 409, "not_loaded");
        assertProblem(api.post(PATH + "/generate"), 409, "not_loaded");
        assertProblem(api.get(PATH + "/losses"), 409, "not_loaded");
        assertProblem(api.get(PATH + "/embeddings"), 409, "not_loaded");
        assertThat(api.view("state")).isEqualTo(created);
        assertThat(created.path("state").stringValue()).isEqualTo("created");
        assertThat(created.path("step").intValue()).isZero();
    }

    @Test
    void showsConfigBeforeLoad() {
        api.init("state", Map.of("nEmbd", 8, "nHead", 2));
        JsonNode config = api.get(PATH + "/config").ok();

        assertThat(config.path("nEmbd").intValue()).isEqualTo(8);
        assertThat(config.path("headDim").intValue()).isEqualTo(4);
        assertThat(config.propertyNames())
                .contains(
                        "nEmbd",
                        "nHead",
                        "nLayer",
                        "blockSize",
                        "headDim",
                        "vocabSize",
                        "numDocs",
                        "seed",
                        "learningRate",
                        "numSteps",
                        "engine",
                        "random",
                        "batchSize");
    }

    @Test
    void rejectsInitOfAnExistingSession() {
        api.initSixNames("state");
        api.step("state", 3);
        JsonNode before = api.view("state");

        assertProblem(api.post(PATH + "/init"), 409, "exists").hasField("name").hasValue("state");
        assertProblem(api.post(PATH + "/init?overwrite=false", Map.of()), 409, "exists");
        assertProblem(api.post(PATH + "/init", Map.of("nEmbd", 0)), 400, "out_of_range");
        assertProblem(api.post(PATH + "/init", Map.of("text", "")), 400, "invalid_text");
        assertThat(api.view("state")).isEqualTo(before);
    }

    @Test
    void rejectsLoadAfterTraining() {
        api.initSixNames("state");
        api.postText(PATH + "/load", "alice").ok(); // still untrained
        api.step("state", 3);
        JsonNode before = api.view("state");

        assertProblem(api.postText(PATH + "/load", "bob"), 409, "already_trained").hasDetail("3");
        assertProblem(api.post(PATH + "/load", Map.of("dataset", "names")), 409, "already_trained");
        assertThat(api.view("state")).isEqualTo(before);
        JsonNode restarted = api.postText(PATH + "/load?overwrite=true", "bob").ok();
        assertThat(restarted.path("step").intValue()).isZero();
        assertThat(restarted.path("vocabSize").intValue()).isEqualTo(3);
        assertThat(api.losses("state")).isEmpty();
    }

    @Test
    void initWithOverwriteDiscardsEverything() {
        api.init("state", Map.of("text", Api.SIX_NAMES, "nEmbd", 8));
        api.step("state", 3);
        JsonNode restarted = api.init("state", Map.of());

        assertThat(restarted.path("state").stringValue()).isEqualTo("created");
        assertThat(restarted.path("step").intValue()).isZero();
        assertThat(restarted.path("options").path("nEmbd").intValue()).isEqualTo(16);
        assertThat(restarted.path("numParams").isNumber()).isFalse();
        assertProblem(api.get(PATH + "/losses"), 409, "not_loaded");
    }

    @Test
    void aRejectedInitCreatesNoSession() {
        assertThat(api.post("/sessions/refused/init", Map.of("nEmbd", 0)).status()).isEqualTo(400);
        assertThat(api.post("/sessions/refused/init", Map.of("text", " \n")).status())
                .isEqualTo(400);
        assertThat(api.post("/sessions/refused/init", Map.of("dataset", "rivers")).status())
                .isEqualTo(404);

        assertProblem(api.get("/sessions/refused"), 404, "not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "1", "TRUE", "", "null"})
    void overwritesOnlyIfTrue(String value) {
        api.initSixNames("state");
        api.step("state", 3);
        JsonNode before = api.view("state");

        for (String call : new String[] {"/init", "/load"}) {
            assertProblem(
                            api.post(PATH + call + "?overwrite=" + value, Map.of("text", "bob")),
                            400,
                            "wrong_type")
                    .hasField("overwrite");
            assertThat(api.view("state")).isEqualTo(before);
        }
    }
}
