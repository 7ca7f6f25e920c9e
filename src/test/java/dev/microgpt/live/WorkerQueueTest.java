package dev.microgpt.live;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Messages are queued as they are for a Web Worker.
@ServiceTest
final class WorkerQueueTest {

    private static final String NAME = "worker-queue";
    private static final String OTHER = "worker-queue-other";
    private static final int LONG = 1_000_000;

    private final Api api;
    private final Live live;

    WorkerQueueTest(@LocalServerPort int port) {
        api = new Api(port);
        live = Live.connect(port);
    }

    @BeforeEach
    void createSessions() {
        api.init(NAME, Map.of("nEmbd", 4, "text", Api.SIX_NAMES));
        api.init(OTHER, Map.of("nEmbd", 4, "text", Api.SIX_NAMES));
    }

    @AfterEach
    void disconnect() {
        live.close();
    }

    private static String type(JsonNode message) {
        return message.path("type").stringValue();
    }

    /// A page written for a Web Worker sends messages like this.
    @Test
    void trainMayFollowEachStepImmediately() {
        int steps = 10_000;
        live.send("train", "session", NAME);
        for (int step = 1; step <= steps; step++) {
            JsonNode result = live.await("step").path("result");
            assertThat(result.path("step").intValue()).isEqualTo(step);
            if (step < steps) {
                live.send("train", "session", NAME);
            }
        }
        assertThat(live.next("trained").path("step").intValue()).isEqualTo(steps);
    }

    @Test
    void trainingsSentInAdvanceAreDoneInOrder() {
        for (int id = 1; id <= 50; id++) {
            live.send("train", "session", NAME, "id", id);
        }
        for (int id = 1; id <= 50; id++) {
            JsonNode step = live.next("step");
            assertThat(step.path("id").intValue()).isEqualTo(id);
            assertThat(step.path("result").path("step").intValue()).isEqualTo(id);
            assertThat(live.next("trained").path("id").intValue()).isEqualTo(id);
        }
    }

    @Test
    void allMessagesAboutOneSessionAreDoneInOrder() {
        live.send("init", "session", NAME, "overwrite", true, "text", "a\nb");
        live.send("train", "session", NAME, "steps", 3);
        live.send("generate", "session", NAME);
        live.send("getLossHistory", "session", NAME);
        live.send("init", "session", NAME, "overwrite", true, "text", "abc");
        live.send("getEmbeddings", "session", NAME);
        live.send("train", "session", NAME);

        assertThat(live.next("ready").path("vocabSize").intValue()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            live.next("step");
        }
        assertThat(live.next("trained").path("step").intValue()).isEqualTo(3);
        live.next("generated");
        assertThat(live.next("lossHistory").path("losses").size()).isEqualTo(3);
        assertThat(live.next("ready").path("vocabSize").intValue()).isEqualTo(4);
        assertThat(live.next("embeddings").path("embeddings").size()).isEqualTo(4);
        live.next("step");
        assertThat(live.next("trained").path("step").intValue()).isEqualTo(1);
    }

    @Test
    void stopEndsCurrentAndWaitingTrainings() {
        live.send("train", "session", NAME, "steps", LONG, "id", 1);
        live.next("step");
        live.send("train", "session", NAME, "steps", LONG, "id", 2);
        live.send("getConfig", "session", NAME, "id", 3);
        live.send("train", "session", NAME, "steps", LONG, "id", 4);
        live.send("stop", "session", NAME, "id", 5);
        live.send("train", "session", NAME, "steps", 2, "id", 6);
        List<JsonNode> messages = new ArrayList<>(live.collectUntil("trained"));
        JsonNode ended = messages.getLast();
        assertThat(ended.path("id").intValue()).isEqualTo(1);
        List<Integer> ids = new ArrayList<>();
        for (String type : List.of("trained", "trained", "stopped", "config")) {
            JsonNode message = live.next(type);
            ids.add(message.path("id").intValue());
            if (!type.equals("config")) {
                assertThat(message.path("step")).isEqualTo(ended.path("step"));
            }
        }
        assertThat(ids).containsExactly(2, 4, 5, 3);
        live.next("step");
        live.next("step");
        assertThat(live.next("trained").path("step").longValue())
                .isEqualTo(ended.path("step").longValue() + 2);
    }

    @Test
    void queueIsBoundedAndStopStillOvertakes() {
        live.send("train", "session", NAME, "steps", LONG);
        live.next("step");
        int sent = 0;
        JsonNode message = live.next("step");
        while (!type(message).equals("error")) {
            live.send("train", "session", NAME, "id", sent);
            sent++;
            assertThat(sent).isLessThan(100_000);
            message = live.next();
        }
        assertProblem(message.path("problem"), 409, "busy");
        int waiting = message.path("id").intValue();
        assertThat(waiting).isPositive();
        live.send("stop", "session", NAME);
        int trained = 0;
        while (!type(message).equals("stopped")) {
            message = live.next();
            trained += type(message).equals("trained") ? 1 : 0;
        }
        assertThat(trained).isEqualTo(waiting + 1);
    }

    @Test
    void differentSessionsDoNotWaitForEachOther() {
        live.send("train", "session", NAME, "steps", LONG);
        live.next("step");
        for (int step = 1; step <= 20; step++) {
            live.send("train", "session", OTHER);
            JsonNode message = live.next();
            while (!type(message).equals("trained")) {
                message = live.next();
            }
            assertThat(message.path("session").stringValue()).isEqualTo(OTHER);
            assertThat(message.path("step").intValue()).isEqualTo(step);
        }
        live.send("stop", "session", NAME);
        assertThat(live.await("stopped").path("step").longValue()).isPositive();
    }

    @Test
    void watchingDoesNotWaitForTraining() {
        live.send("train", "session", NAME, "steps", LONG);
        live.next("step");
        live.send("subscribe", "session", NAME);
        live.await("subscribed");
        live.await("frame");
        live.send("unsubscribe", "session", NAME);
        assertThat(live.await("unsubscribed").has("reason")).isFalse();
        live.send("stop", "session", NAME);
        live.await("stopped");
    }

    @Test
    void watchingWaitsForInitBeforeIt() {
        for (int i = 0; i < 20; i++) {
            api.delete("/sessions/" + NAME);
            live.send("init", "session", NAME, "dataset", "names");
            live.send("subscribe", "session", NAME);
            live.next("ready");
            assertThat(live.next("subscribed").path("step").intValue()).isZero();
            live.send("unsubscribe", "session", NAME);
            live.next("unsubscribed");
        }
    }

    @Test
    void watcherIsNotifiedOfDeletion() {
        live.send("subscribe", "session", NAME);
        live.next("subscribed");
        api.delete("/sessions/" + NAME);

        assertThat(live.await("unsubscribed").path("reason").stringValue()).isEqualTo("deleted");
    }

    @Test
    void closingDropsWaitingMessages() {
        live.send("train", "session", NAME, "steps", LONG);
        live.next("step");
        for (int i = 0; i < 50; i++) {
            live.send("train", "session", NAME, "steps", LONG);
        }
        live.send("subscribe", "session", NAME); // answered after all earlier messages are queued
        live.await("subscribed");
        live.close();

        AtomicLong before = new AtomicLong(-1);
        await().until(
                        () -> {
                            JsonNode view = api.view(NAME);
                            long step = view.path("step").longValue();
                            return before.getAndSet(step) == step
                                    && view.path("state").stringValue().equals("ready");
                        });
    }
}
