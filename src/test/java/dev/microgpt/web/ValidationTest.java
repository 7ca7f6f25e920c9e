package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/// The loss of documents that are held out from training.
@ServiceTest
final class ValidationTest {

    private static final String NAME = "validated";

    private final Api api;
    private final int port;

    ValidationTest(@LocalServerPort int port) {
        api = new Api(port);
        this.port = port;
    }

    @BeforeEach
    void init() {
        api.delete("/sessions/" + NAME);
        api.init(NAME, Map.of("text", Api.SIX_NAMES, "validation", 2));
    }

    private JsonNode validation() {
        return api.get("/sessions/" + NAME + "/validation").ok();
    }

    private static List<Long> steps(JsonNode losses) {
        return StreamSupport.stream(losses.spliterator(), false)
                .map(loss -> loss.path("step").longValue())
                .toList();
    }

    @Test
    void isMeasuredEverLessOften() {
        JsonNode before = validation();
        assertThat(before.path("documents").intValue()).isEqualTo(2);
        assertThat(before.path("losses")).isEmpty();

        JsonNode step = api.step(NAME, 6);
        assertThat(step.path("validationLoss").doubleValue()).isPositive();
        assertThat(api.step(NAME, 1).has("validationLoss")).isFalse();
        api.step(NAME, 20);

        JsonNode after = validation();
        assertThat(steps(after.path("losses")))
                .containsExactly(0L, 1L, 2L, 3L, 4L, 6L, 8L, 12L, 16L, 24L);
        assertThat(after.path("losses").get(5).path("loss")).isEqualTo(step.path("validationLoss"));
        double least =
                after.path("losses")
                        .valueStream()
                        .mapToDouble(loss -> loss.path("loss").doubleValue())
                        .min()
                        .orElseThrow();
        assertThat(after.at("/best/loss").doubleValue()).isEqualTo(least);
        assertThat(api.get("/sessions/" + NAME + "/history").ok().path("validation"))
                .isEqualTo(after.path("losses"));
    }

    /// Which documents are held out is seen from those that are never trained on.
    @Test
    void isTheMeanLossOfTheDocumentsThatAreNotTrainedOn() {
        List<String> trained =
                List.of(
                        api.step(NAME, 1).path("doc").asString(),
                        api.step(NAME, 1).path("doc").asString(),
                        api.step(NAME, 1).path("doc").asString(),
                        api.step(NAME, 1).path("doc").asString());
        List<String> heldOut =
                Api.SIX_NAMES.lines().filter(name -> !trained.contains(name)).toList();
        assertThat(heldOut).hasSize(2);
        JsonNode scores =
                api.post("/sessions/" + NAME + "/score", Map.of("texts", heldOut))
                        .ok()
                        .path("scores");

        double mean =
                scores.valueStream()
                        .mapToDouble(score -> Math.log(score.path("perplexity").doubleValue()))
                        .average()
                        .orElseThrow();
        JsonNode losses = validation().path("losses");
        assertThat(losses.get(losses.size() - 1).path("step").intValue()).isEqualTo(4);
        assertThat(losses.get(losses.size() - 1).path("loss").doubleValue())
                .isCloseTo(mean, within(1e-4));
    }

    @Test
    void endsARun() {
        Map<String, ?> stopWhen = Map.of("noImprovementFor", 30);
        JsonNode run =
                api.post(
                                "/sessions/" + NAME + "/runs",
                                Map.of(
                                        "steps",
                                        100_000,
                                        "stopWhen",
                                        stopWhen,
                                        "learningRate",
                                        0.05))
                        .ok();
        assertThat(run.path("stopWhen")).isEqualTo(Json.parse("{\"noImprovementFor\":30}"));

        String path = "/sessions/" + NAME + "/runs/" + run.path("id").asInt();
        await().until(() -> api.get(path).ok().path("state").asString().equals("succeeded"));

        JsonNode ended = api.get(path).ok();
        assertThat(ended.path("reason").asString()).contains("has not improved");
        JsonNode after = validation();
        long newest = steps(after.path("losses")).getLast();
        assertThat(api.view(NAME).path("step").longValue()).isEqualTo(newest);
        assertThat(newest - after.at("/best/step").longValue()).isGreaterThanOrEqualTo(30);
        // the best model is kept
        assertThat(steps(after.path("losses"))).contains(after.at("/best/step").longValue());
        assertThat(api.get("/sessions/" + NAME + "/keyframes").ok().toString())
                .contains(after.at("/best/step").asString());
    }

    @Test
    void queriesCanReadTheBestModel() {
        Map<String, ?> similar = Map.of("text", "anna\nbob\n".repeat(5), "validation", 2);
        api.post("/sessions/" + NAME + "/init?overwrite=true", similar).ok();
        api.step(NAME, 400);
        long best = validation().at("/best/step").longValue();
        assertThat(best).isBetween(1L, 399L);

        Map<String, Object> texts = Map.of("texts", List.of("anna"), "step", "best");
        JsonNode scores = api.post("/sessions/" + NAME + "/score", texts).ok();
        assertThat(scores)
                .isEqualTo(
                        api.post(
                                        "/sessions/" + NAME + "/score",
                                        Map.of("texts", List.of("anna"), "step", best))
                                .ok());
        JsonNode samples = api.post("/sessions/" + NAME + "/generate", Map.of("step", "best")).ok();
        assertThat(samples.path("step").longValue()).isEqualTo(best);
        for (String path : List.of("embeddings", "heads", "parameters/wte", "anatomy")) {
            Reply reply = api.get("/sessions/" + NAME + "/" + path + "?step=best");
            assertThat(reply.header("Microgpt-Step")).isEqualTo(Long.toString(best));
        }
    }

    @Test
    void aForkCanBeginAtTheBestModel() {
        Map<String, ?> similar = Map.of("text", "anna\nbob\n".repeat(5), "validation", 2);
        api.post("/sessions/" + NAME + "/init?overwrite=true", similar).ok();
        api.step(NAME, 400);
        long best = validation().at("/best/step").longValue();

        JsonNode fork =
                api.post(
                                "/sessions/" + NAME + "/fork",
                                Map.of("name", "fork-of-the-best", "step", "best"))
                        .ok();

        assertThat(fork.path("step").longValue()).isEqualTo(best);
        assertThat(api.get("/sessions/fork-of-the-best/parameters/wte").ok())
                .isEqualTo(api.get("/sessions/" + NAME + "/parameters/wte?step=best").ok());
    }

    @Test
    void thereIsNoBestModelWithoutValidation() {
        api.initSixNames("plain");
        assertProblem(api.get("/sessions/plain/embeddings?step=best"), 400, "out_of_range")
                .hasField("step")
                .hasDetail("its option validation is 0");
        assertProblem(
                        api.post("/sessions/plain/fork", Map.of("name", "plain-2", "step", "best")),
                        400,
                        "out_of_range")
                .hasField("step");
        assertProblem(api.get("/sessions/plain/embeddings?step=worst"), 400, "wrong_type")
                .hasField("step")
                .hasDetail("step must be an integer or 'best', but is 'worst'");
        assertProblem(
                        api.post("/sessions/plain/generate", Map.of("step", "worst")),
                        400,
                        "wrong_type")
                .hasField("step")
                .hasValue("worst")
                .hasDetail("an integer or 'best'");
        assertProblem(
                        api.get("/sessions/plain/embeddings?step=99999999999999999999"),
                        400,
                        "out_of_range")
                .hasField("step");
    }

    @Test
    void itsConditionsNeedDocumentsThatAreHeldOut() {
        api.initSixNames("plain");
        assertProblem(
                        api.post(
                                "/sessions/plain/runs",
                                Map.of("steps", 9, "stopWhen", Map.of("validationLossBelow", 2))),
                        400,
                        "out_of_range")
                .hasDetail("no documents are held out");
        JsonNode none = api.get("/sessions/plain/validation").ok();
        assertThat(none.path("documents").intValue()).isZero();
        assertThat(none.path("losses")).isEmpty();
    }

    @Test
    void tooManyDocumentsAreRejected() {
        assertProblem(
                        api.post(
                                "/sessions/" + NAME + "/init?overwrite=true",
                                Map.of("text", Api.SIX_NAMES, "validation", 6)),
                        400,
                        "out_of_range")
                .hasDetail("at most 5 can be held out");
        assertProblem(
                api.post(
                        "/sessions/" + NAME + "/init?overwrite=true",
                        Map.of("text", Api.SIX_NAMES, "validation", 0.7)),
                400,
                "out_of_range");
        assertThat(api.view(NAME).path("numDocs").intValue()).isEqualTo(6);
    }

    @Test
    void aForkKeepsThePast() {
        api.step(NAME, 20);
        api.post("/sessions/" + NAME + "/fork", Map.of("name", "validated-fork", "step", 13)).ok();

        JsonNode fork = api.get("/sessions/validated-fork/validation").ok();
        assertThat(steps(fork.path("losses"))).containsExactly(0L, 1L, 2L, 3L, 4L, 6L, 8L, 12L);
        api.step("validated-fork", 7);
        JsonNode losses = api.get("/sessions/validated-fork/validation").ok().path("losses");
        assertThat(losses).isEqualTo(validation().path("losses"));
        api.delete("/sessions/validated-fork").ok();
    }

    @Test
    void watchersReceiveIt() {
        api.step(NAME, 3);
        try (Live live = Live.connect(port)) {
            live.send("subscribe", "session", NAME, "fromStep", 1, "viz", "none");
            live.next("subscribed");
            JsonNode frame = live.next("frame");
            assertThat(steps(frame.path("validation"))).containsExactly(0L, 1L, 2L, 3L);

            api.step(NAME, 1);

            frame = live.next("frame");
            while (!frame.has("validation")) {
                frame = live.next("frame");
            }
            assertThat(steps(frame.path("validation"))).containsExactly(4L);
        }
    }
}
