package dev.microgpt.live;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Messages are subject to the time limit of calls.
@SharesNothing
final class CallTimeTest {

    private static final Duration CALL_TIME = Duration.ofMillis(500);

    /// A model whose steps take some seconds.
    private static final Map<String, Object> SLOW =
            Map.of(
                    "engine", "scalar",
                    "nEmbd", 32,
                    "blockSize", 64,
                    "batchSize", 16,
                    "text", "abcdefghijklmnopqrstuvwxyz".repeat(3));

    @Test
    void trainingThatTakesTooLongIsAnsweredWithAnError(@TempDir Path data) {
        try (LocalService service =
                LocalService.start(data, "--microgpt.limits.call-time=" + CALL_TIME)) {
            service.api().init("slow", SLOW);
            assertProblem(
                            service.api().post("/sessions/slow/step", Map.of("count", 1_000_000)),
                            409,
                            "wrong_state")
                    .hasDetail("the call timed out after PT0.5S; the session keeps the steps");
            try (Live live = Live.connect(service.api().port())) {
                for (int steps = 1; steps <= 2; steps++) {
                    live.send("train", "session", "slow", "steps", steps, "id", steps);
                    JsonNode error = live.next("error");

                    assertThat(error.path("id").asInt()).isEqualTo(steps);
                    assertProblem(error.path("problem"), 409, "wrong_state")
                            .hasDetail(
                                    "the call timed out after PT0.5S; the session keeps the steps");
                }
            }
        }
    }
}
