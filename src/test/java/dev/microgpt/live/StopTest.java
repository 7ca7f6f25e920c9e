package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Training can be stopped, and every `stop` is answered.
@ServiceTest
final class StopTest extends LiveSession {

    private static final String NAME = "stop";

    StopTest(@LocalServerPort int port) {
        super(port, NAME, Map.of("nEmbd", 4, "text", Api.SIX_NAMES));
    }

    @Test
    void endsLongTraining() {
        live.send("train", "session", NAME, "steps", 1_000_000);
        for (int i = 0; i < 5; i++) {
            live.next("step");
        }
        live.send("stop", "session", NAME);
        long step = live.await("stopped").path("step").longValue();

        assertThat(step).isGreaterThanOrEqualTo(5);
        assertThat(api.view(NAME).path("step").longValue()).isEqualTo(step);
        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("ready");
        live.send("train", "session", NAME, "steps", 2);
        assertThat(live.await("step").path("result").path("step").longValue()).isEqualTo(step + 1);
    }

    @Test
    void isAnsweredWithoutTraining() {
        api.step(NAME, 3);
        live.send("stop", "session", NAME);

        assertThat(live.next("stopped").path("step").intValue()).isEqualTo(3);
    }

    /// The end of training and `stop` race with each other.
    @Test
    void isAnsweredWhenTrainingEndsByItself() {
        for (int i = 0; i < 300; i++) {
            live.send("train", "session", NAME, "steps", 1);
            live.send("stop", "session", NAME, "id", i);
            assertThat(live.await("stopped").path("id").intValue()).isEqualTo(i);
            live.send("getConfig", "session", NAME);
            live.await("config");
        }
    }

    @Test
    void isAnsweredEachTime() {
        live.send("train", "session", NAME, "steps", 1_000_000);
        live.next("step");
        List<Integer> ids = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            live.send("stop", "session", NAME, "id", id);
        }
        live.send("getConfig", "session", NAME, "id", 4);
        while (ids.size() < 4) {
            JsonNode message = live.next();
            if (List.of("stopped", "config").contains(message.path("type").stringValue())) {
                ids.add(message.path("id").intValue());
            }
        }

        assertThat(ids).containsExactlyInAnyOrder(1, 2, 3, 4);
    }
}
