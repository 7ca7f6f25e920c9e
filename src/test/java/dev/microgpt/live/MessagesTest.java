package dev.microgpt.live;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// The effects of single messages, and the ids of their answers.
@ServiceTest
final class MessagesTest extends LiveSession {

    private static final String NAME = "messages";

    MessagesTest(@LocalServerPort int port) {
        super(port, NAME, Map.of("text", Api.SIX_NAMES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a-1\"", "7", "0", "1.5", "\"\""})
    void everyAnswerRepeatsTheIdOfItsMessage(String id) {
        String format = "{\"type\": \"%s\", \"id\": %s, \"session\": \"messages\"%s}";
        String[][] typesAndAnswers = {
            {"generate", "generated"},
            {"getEmbeddings", "embeddings"},
            {"getLossHistory", "lossHistory"},
            {"getConfig", "config"},
            {"subscribe", "subscribed"},
            {"unsubscribe", "unsubscribed"},
            {"stop", "stopped"},
            {"nonsense", "error"}
        };
        for (String[] typeAndAnswer : typesAndAnswers) {
            live.sendText(format.formatted(typeAndAnswer[0], id, ""));
            assertThat(live.next(typeAndAnswer[1]).path("id").toString()).isEqualTo(id);
        }
        live.sendText(format.formatted("train", id, ", \"steps\": 1"));
        assertThat(live.await("trained").path("id").toString()).isEqualTo(id);
        live.sendText(format.formatted("getConfig", id, ", \"verbose\": true"));
        assertThat(live.next("error").path("id").toString()).isEqualTo(id);
        live.sendText(format.formatted("init", id, ", \"overwrite\": true, \"text\": \"a\""));
        assertThat(live.next("ready").path("id").toString()).isEqualTo(id);
    }

    @Test
    void answerToMessageWithoutIdHasNone() {
        live.send("getConfig", "session", NAME);

        assertThat(live.next("config").has("id")).isFalse();
    }

    @Test
    void answersComeInOrder() {
        for (int i = 0; i < 50; i++) {
            live.send(i % 2 == 0 ? "generate" : "getConfig", "session", NAME, "id", i);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(live.next().path("id").intValue()).isEqualTo(i);
        }
    }

    @Test
    void trainsOneStepByDefault() {
        live.send("train", "session", NAME);

        assertThat(live.next("step").path("result").path("step").intValue()).isEqualTo(1);
        assertThat(live.next("trained").path("step").intValue()).isEqualTo(1);
    }

    @Test
    void acceptsOptionsOfInitAndGenerate() {
        live.send(
                "init",
                "session",
                NAME,
                "overwrite",
                true,
                "options",
                Map.of("nEmbd", 8, "nHead", 2, "seed", 3),
                "dataset",
                "names");
        assertThat(live.next("ready").path("numDocs").intValue()).isEqualTo(32_257);
        live.send(
                "generate",
                "session",
                NAME,
                "temperature",
                1,
                "count",
                3,
                "prompt",
                "mar",
                "topK",
                5,
                "topP",
                0.9,
                "seed",
                1,
                "viz",
                true);
        JsonNode samples = live.next("generated").path("samples");

        assertThat(samples.size()).isEqualTo(3);
        assertThat(samples.get(0).path("text").stringValue()).startsWith("mar");
        assertThat(samples.get(0).path("vizData").size()).isPositive();
        assertThat(api.view(NAME).path("options").path("nEmbd").intValue()).isEqualTo(8);
    }

    @Test
    void initNeedsOverwriteForExistingSession() {
        api.step(NAME, 3);
        JsonNode before = api.view(NAME);
        live.send("init", "session", NAME, "text", "bob");
        assertProblem(live.next("error").path("problem"), 409, "exists");
        live.send("init", "session", NAME, "text", "bob", "overwrite", false);
        assertProblem(live.next("error").path("problem"), 409, "exists");
        live.send("init", "session", NAME); // invalid whether or not the session exists
        assertProblem(live.next("error").path("problem"), 400, "invalid_text");
        assertThat(api.view(NAME)).isEqualTo(before);

        live.send("init", "session", NAME, "text", "bob", "overwrite", true);
        assertThat(live.next("ready").path("vocabSize").intValue()).isEqualTo(3);
        assertThat(api.view(NAME).path("step").intValue()).isZero();
    }

    @Test
    void twoConnectionsTrainOneSession() {
        try (Live other = Live.connect(api.port())) {
            live.send("train", "session", NAME, "steps", 40);
            other.send("train", "session", NAME, "steps", 40);
            List<JsonNode> steps = new ArrayList<>(live.collectUntil("trained"));
            steps.removeLast();
            steps.addAll(other.collectUntil("trained"));
            steps.removeLast();

            assertThat(steps.stream().map(s -> s.path("result").path("step").intValue()).sorted())
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 80).boxed().toList());
        }
    }

    @Test
    void sessionIsShownAsTraining() {
        live.send("train", "session", NAME, "steps", 1_000_000);
        live.await("step");
        await().until(() -> api.view(NAME).path("state").stringValue().equals("training"));
        await().until(() -> api.view(NAME).path("stepsPerSecond").doubleValue() > 0);
        live.send("stop", "session", NAME);
        live.await("stopped");

        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("ready");
    }

    @Test
    void trainingEndsWithItsConnection() {
        live.send("train", "session", NAME, "steps", 1_000_000);
        live.await("step");
        live.close();

        // Two looks at an interval see the same step.
        AtomicLong previous = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(300))
                .until(
                        () -> {
                            long step = api.view(NAME).path("step").longValue();
                            return previous.getAndSet(step) == step;
                        });
    }
}
