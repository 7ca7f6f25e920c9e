package dev.microgpt.store;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Tests that sweeps continue after a restart exactly as they would have without one.
@MostlyWaiting
@ParameterizedClass
@EnumSource
final class SweepRestartTest {

    private static final String SWEEP = "/sweeps/lr";

    /// A restarted service first repeats the steps that were trained after the last snapshot.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private LocalService start(String... settings) {
        return store.start(Shutdown.data(directory), settings);
    }

    private static void startSweep(Api api, String name, long steps) {
        Map<String, ?> body =
                Map.of(
                        "name",
                        name,
                        "text",
                        Api.SIX_NAMES,
                        "options",
                        Map.of("nEmbd", 8, "numSteps", 1000), // endless training would diverge
                        "grid",
                        Map.of("learningRate", List.of(0.003, 0.03), "seed", List.of(1, 2, 3)),
                        "steps",
                        steps,
                        "parallel",
                        2);
        assertThat(api.post("/sweeps", body).status()).isEqualTo(201);
    }

    private static JsonNode awaitEnd(Api api, String sweep) {
        await().atMost(PATIENCE).until(() -> api.get("/sweeps/" + sweep).ok().has("endedAt"));
        return api.get("/sweeps/" + sweep).ok();
    }

    private static int count(Api api, String state) {
        return api.get(SWEEP).ok().path("counts").path(state).intValue();
    }

    @ParameterizedTest
    @EnumSource
    void aSweepThatWasCutOffEndsAsOneThatWasNot(Shutdown shutdown) {
        LocalService first = start();
        startSweep(first.api(), "lr", 20_000);
        await().atMost(PATIENCE).until(() -> count(first.api(), "completed") >= 1);
        try (LocalService service = shutdown.restart(store, first, directory)) {
            JsonNode cutOff = awaitEnd(service.api(), "lr");
            startSweep(service.api(), "undisturbed", 20_000);
            JsonNode undisturbed = awaitEnd(service.api(), "undisturbed");

            assertThat(cutOff.path("counts").path("completed").intValue()).isEqualTo(6);
            assertThat(cutOff.path("groups")).isEqualTo(undisturbed.path("groups"));
            for (int number = 1; number <= 6; number++) {
                assertThat(service.api().losses("lr-00" + number))
                        .containsExactly(service.api().losses("undisturbed-00" + number));
            }
        }
    }

    @Test
    void anEndedSweepIsShownAsBefore() {
        JsonNode before;
        try (LocalService service = start()) {
            startSweep(service.api(), "lr", 100);
            before = awaitEnd(service.api(), "lr");
        }
        try (LocalService service = start()) {
            assertThat(service.api().get(SWEEP).ok()).isEqualTo(before);
            assertThat(service.api().get("/sweeps").ok().path("sweeps")).hasSize(1);
        }
    }

    @Test
    void sweepsBeyondTheLimitAreRefused() {
        try (LocalService service = start("--microgpt.limits.sweeps=1")) {
            startSweep(service.api(), "lr", 10);
            Map<String, ?> another =
                    Map.of(
                            "name",
                            "another",
                            "dataset",
                            "names",
                            "grid",
                            Map.of("seed", List.of(1)),
                            "steps",
                            10);
            assertProblem(service.api().post("/sweeps", another), 429, "quota_exceeded");
            assertThat(service.api().get("/sessions/another-001").status()).isEqualTo(404);
        }
    }

    @Test
    void aPausedSweepStaysPaused() {
        try (LocalService service = start()) {
            startSweep(service.api(), "lr", 1_000_000_000);
            await().atMost(PATIENCE).until(() -> count(service.api(), "running") == 2);
            service.api().post(SWEEP + "/pause").ok();
        }
        try (LocalService service = start()) {
            Api api = service.api();
            await().atMost(PATIENCE).until(() -> count(api, "paused") == 2);
            assertThat(api.view("lr-001").path("state").stringValue()).isEqualTo("paused");
            api.post(SWEEP + "/resume").ok();
            await().atMost(PATIENCE)
                    .until(() -> api.view("lr-001").path("state").stringValue().equals("training"));
        }
    }

    @Test
    void sweepsArePausedAfterARestartIfRunsAre() {
        try (LocalService service = start()) {
            startSweep(service.api(), "lr", 1_000_000_000);
            await().atMost(PATIENCE).until(() -> count(service.api(), "running") == 2);
        }
        try (LocalService service = start("--microgpt.runs.after-restart=pause")) {
            JsonNode sweep = service.api().get(SWEEP).ok();
            assertThat(sweep.path("state").stringValue()).isEqualTo("paused");
            await().atMost(PATIENCE).until(() -> count(service.api(), "paused") == 2);
        }
    }
}
