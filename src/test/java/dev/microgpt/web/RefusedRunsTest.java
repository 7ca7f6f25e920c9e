package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Tests that rejected calls have no effect on runs, and that successful ones take effect.
@ServiceTest
final class RefusedRunsTest {

    private static final String SESSION = "/sessions/refused-runs";

    private final Api api;

    RefusedRunsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void start() {
        api.initSixNames("refused-runs");
        api.post(SESSION + "/runs", Map.of("steps", 1_000_000_000)).ok();
    }

    @AfterEach
    void delete() {
        api.delete(SESSION);
    }

    private String state() {
        return api.get(SESSION + "/runs/1").ok().path("state").stringValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause", "cancel"})
    void aStaleRequestDoesNotChangeTheRun(String change) {
        await().until(this::state, "running"::equals);

        Reply refused =
                api.send(
                        api.request(SESSION + "/runs/1/" + change)
                                .header("If-Match", "\"1-0\"")
                                .POST(BodyPublishers.noBody()));
        assertProblem(refused, 412, "stale").hasField("If-Match");

        int before = api.get(SESSION + "/runs/1").ok().path("stepsDone").intValue();
        await().until(
                        () -> api.get(SESSION + "/runs/1").ok().path("stepsDone").intValue(),
                        done -> done > before);
        assertThat(state()).isEqualTo("running");
    }

    /// In whichever order they arrive, a cancelled run never runs again.
    @Test
    void aCancelIsNotLostToAConcurrentResume() {
        for (int i = 0; i < 30; i++) {
            api.initSixNames("refused-runs");
            api.post(SESSION + "/runs", Map.of("steps", 1_000_000_000)).ok();
            String run =
                    SESSION
                            + "/runs/"
                            + api.get(SESSION + "/runs")
                                    .ok()
                                    .path("runs")
                                    .valueStream()
                                    .toList()
                                    .getLast()
                                    .path("id")
                                    .longValue();
            api.post(run + "/pause").ok();
            CompletableFuture<Reply> resume = api.postAsync(run + "/resume", Map.of());
            CompletableFuture<Reply> cancel = api.postAsync(run + "/cancel", Map.of());

            assertThat(cancel.join().ok().path("state").stringValue()).isEqualTo("cancelled");
            assertThat(resume.join().status()).isEqualTo(200);
            assertThat(api.get(run).ok().path("state").stringValue()).isEqualTo("cancelled");
        }
    }
}
