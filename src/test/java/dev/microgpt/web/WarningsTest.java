package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Tests that replies warn of what is probably not as wanted.
@ServiceTest
final class WarningsTest {

    private static final String PATH = "/sessions/warnings";

    private final Api api;

    WarningsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private static List<String> codes(JsonNode reply) {
        return reply.path("warnings")
                .valueStream()
                .map(warning -> warning.path("code").stringValue())
                .toList();
    }

    private JsonNode run(int steps) {
        JsonNode started = api.post(PATH + "/runs", Map.of("steps", steps)).json();
        String path = PATH + "/runs/" + started.path("id").longValue();
        await().until(() -> api.get(path).ok().has("endedAt"));
        return api.get(path).ok();
    }

    @Test
    void aSessionThatLearnsHasNone() {
        api.initSixNames("warnings");

        assertThat(api.step("warnings", 300).has("warnings")).isFalse();
        assertThat(run(10).has("warnings")).isFalse();
        assertThat(api.view("warnings").has("warnings")).isFalse();
    }

    @Test
    void aWarmUpThatIsLongerThanTheScheduleEndsIt() {
        api.init("warnings", Map.of("text", Api.SIX_NAMES, "numSteps", 5, "warmupSteps", 10));

        assertThat(api.step("warnings", 9).has("warnings")).isFalse();
        assertThat(api.step("warnings", 1).path("warnings").path(0).path("message").stringValue())
                .startsWith("the learning rate has reached 0 at step 10 (warmupSteps)");
    }

    @Test
    void aLearningRateOfZeroIsReported() {
        api.init("warnings", Map.of("text", Api.SIX_NAMES, "numSteps", 10));
        JsonNode first = api.step("warnings", 9);
        JsonNode last = api.step("warnings", 1);
        JsonNode idle = api.step("warnings", 3);
        JsonNode run = run(5);

        assertThat(first.has("warnings")).isFalse();
        assertThat(last.path("warnings").path(0).path("message").stringValue())
                .startsWith("the learning rate has reached 0 at step 10 (numSteps)");
        assertThat(idle.path("warnings").path(0).path("message").stringValue())
                .startsWith("the learning rate of all 3 steps of this call was 0");
        assertThat(codes(api.view("warnings"))).containsExactly("learning_rate_zero");
        assertThat(codes(run)).containsExactly("learning_rate_zero");
        assertThat(run.path("reason").stringValue())
                .isEqualTo(
                        "all 5 steps have been trained; the learning rate of each was 0, so they changed"
                                + " no parameter");

        api.patch(PATH, Map.of("numSteps", 100)).ok();
        assertThat(api.view("warnings").has("warnings")).isFalse();
        assertThat(run(5).path("reason").stringValue()).isEqualTo("all 5 steps have been trained");
    }

    @Test
    void documentsThatAreCutOffAndRepeatedAreReported() {
        JsonNode view = api.init("warnings", Map.of("text", "charlie\nbob\nbob", "blockSize", 4));

        assertThat(codes(view)).containsExactly("documents_truncated", "duplicate_documents");
        assertThat(view.path("warnings").path(0).path("message").stringValue())
                .isEqualTo(
                        "1 of 3 documents does not fit into the context of 4 tokens (blockSize), so"
                                + " training cuts it off");
        assertThat(
                        codes(
                                api.get("/sessions?limit=1000")
                                        .ok()
                                        .path("sessions")
                                        .valueStream()
                                        .filter(
                                                s ->
                                                        s.path("name")
                                                                .stringValue()
                                                                .equals("warnings"))
                                        .findFirst()
                                        .orElseThrow()))
                .hasSize(2);
    }

    @Test
    void divergenceIsReportedWithTheStepAtWhichItBegan() {
        api.init("warnings", Api.DIVERGING);
        JsonNode run = run(250);
        JsonNode view = api.view("warnings");

        int step = view.path("diverging").path("step").intValue();
        double[] losses = api.losses("warnings");
        double mean = Arrays.stream(losses, 150, 250).average().orElseThrow();
        assertThat(view.path("diverging").path("loss").doubleValue())
                .isCloseTo(mean, withinPercentage(1e-9));
        assertThat(losses[step - 1]).isGreaterThan(2 * Math.log(27));
        assertThat(Arrays.stream(losses, Math.max(0, step - 2), step - 1))
                .allMatch(loss -> loss < 2 * Math.log(27));
        assertThat(codes(view)).containsExactly("loss_unusual");
        assertThat(codes(run)).containsExactly("loss_unusual");
        assertThat(run.path("reason").stringValue())
                .startsWith(
                        "all 250 steps have been trained; training has been diverging since step "
                                + step);
        assertThat(codes(api.step("warnings", 1))).containsExactly("loss_unusual");
    }
}
