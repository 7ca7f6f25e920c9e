package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Once `trained` or `stopped` has arrived, training has ended in every respect.
@ServiceTest
final class TrainingEndTest extends LiveSession {

    private static final String NAME = "training-end";
    private static final int ROUNDS = 300;

    TrainingEndTest(@LocalServerPort int port) {
        super(port, NAME, Map.of("nEmbd", 4, "text", Api.SIX_NAMES));
    }

    private void assertReadyAt(long step) {
        var view = api.view(NAME);
        assertThat(view.path("step").longValue()).isEqualTo(step);
        assertThat(view.path("state").stringValue()).isEqualTo("ready");
        assertThat(view.path("stepsPerSecond").doubleValue()).isZero();
    }

    @Test
    void nextTrainingMayFollowImmediately() {
        for (int step = 1; step <= ROUNDS; step++) {
            live.send("train", "session", NAME);
            assertThat(live.await("trained").path("step").intValue()).isEqualTo(step);
        }
    }

    @Test
    void sessionIsReadyOnceTrained() {
        for (int step = 1; step <= ROUNDS; step++) {
            live.send("train", "session", NAME);
            live.await("trained");
            assertReadyAt(step);
        }
    }

    @Test
    void sessionIsReadyOnceStopped() {
        for (int round = 0; round < 30; round++) {
            live.send("train", "session", NAME, "steps", 1_000_000);
            live.await("step");
            live.send("stop", "session", NAME);
            assertReadyAt(live.await("stopped").path("step").longValue());
        }
    }

    @Test
    void sessionIsReadyOnceConnectionIsClosed() {
        live.send("train", "session", NAME, "steps", 1_000_000);
        live.await("step");
        live.close();

        await().until(() -> api.view(NAME).path("state").stringValue().equals("ready"));
    }

    @Test
    void deletionEndsTrainingWithoutUncaughtException() {
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        var handler = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, failure) -> failures.add(failure));
        try {
            for (int round = 0; round < 20; round++) {
                createSession();
                live.send("train", "session", NAME, "steps", 1_000_000);
                live.await("step");
                api.delete("/sessions/" + NAME);
                JsonNode message = live.next();
                while (message.path("type").stringValue().equals("step")) {
                    message = live.next();
                }
                assertThat(message.path("type").stringValue()).isEqualTo("error");
            }
            live.send("stop", "session", NAME);
            live.next("error");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(handler);
        }

        assertThat(failures).isEmpty();
    }
}
