package dev.microgpt.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

/// Metrics count what happened.
@MostlyWaiting
final class MetricsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static LocalService service;

    @SuppressWarnings("NullAway.Init")
    private static Api api;

    @BeforeAll
    static void start() {
        service =
                LocalService.start(directory.resolve("data"), "--microgpt.limits.session-bytes=1");
        api = service.api();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static double value(String name) {
        return Metrics.of(api).get(name);
    }

    @Test
    void stepsAreCountedExactly() {
        api.initSixNames("counted");
        Metrics before = Metrics.of(api);

        api.step("counted", 1234);
        api.step("counted", 1);

        Metrics after = Metrics.of(api);
        assertThat(after.get("microgpt_steps_total") - before.get("microgpt_steps_total"))
                .isEqualTo(1235);
        double losses = after.get("microgpt_loss_count") - before.get("microgpt_loss_count");
        assertThat(losses).isBetween(2.0, 1235.0);
        assertThat((after.get("microgpt_loss_sum") - before.get("microgpt_loss_sum")) / losses)
                .isBetween(0.1, 4.0);
        assertThat(after.get("microgpt_compute_slice_seconds_count"))
                .isGreaterThanOrEqualTo(
                        before.get("microgpt_compute_slice_seconds_count") + losses);
        assertThat(after.get("microgpt_store_commit_seconds_count"))
                .isGreaterThan(before.get("microgpt_store_commit_seconds_count"));
    }

    @Test
    void validationLossesAreCounted() {
        Metrics before = Metrics.of(api);
        api.init("validated", Map.of("text", Api.SIX_NAMES, "validation", 2));
        api.step("validated", 4);

        Metrics after = Metrics.of(api);
        String count = "microgpt_validation_loss_count";
        assertThat(after.get(count) - before.get(count)).isEqualTo(5); // steps 0 to 4
        assertThat(after.get("microgpt_validation_loss_sum"))
                .isGreaterThan(before.get("microgpt_validation_loss_sum"));
    }

    @Test
    void sessionsAreCountedByState() {
        api.init("empty", Map.of());
        api.initSixNames("loaded");
        api.initSlow("run");
        double ready = value("microgpt_sessions{state=\"ready\"}");
        api.post("/sessions/run/runs", Map.of("steps", 1_000_000_000, "stepsPerSecond", 100)).ok();

        await().until(() -> value("microgpt_sessions{state=\"training\"}") == 1);
        assertThat(value("microgpt_sessions{state=\"ready\"}")).isEqualTo(ready - 1);
        assertThat(value("microgpt_sessions{state=\"created\"}")).isEqualTo(1);
        await().until(() -> value("microgpt_steps_per_second") > 0);
        api.post("/sessions/run/runs/1/pause").ok();
        await().until(() -> value("microgpt_sessions{state=\"paused\"}") == 1);
        api.delete("/sessions/run");
        api.delete("/sessions/empty");
        assertThat(value("microgpt_sessions{state=\"paused\"}")).isZero();
        assertThat(value("microgpt_steps_per_second")).isZero();
    }

    @Test
    void aSessionThatComesBackIsTimed() {
        api.initSixNames("sleeper");
        api.step("sleeper", 100);
        assertThat(value("microgpt_sessions_memory_bytes")).isPositive();
        await().until(() -> value("microgpt_sessions_loaded") == 0);
        assertThat(value("microgpt_sessions_memory_bytes")).isZero();
        double wakes = value("microgpt_wake_seconds_count");

        api.step("sleeper", 1);

        assertThat(value("microgpt_wake_seconds_count")).isEqualTo(wakes + 1);
        assertThat(value("microgpt_wake_seconds_sum")).isPositive();
        assertThat(value("microgpt_steps_replayed_total")).isNotNegative();
    }

    @Test
    void framesAndTheirLossesAreCounted() {
        api.initSixNames("watched");
        api.step("watched", 50);
        Metrics before = Metrics.of(api);
        try (Live live = Live.connect(api.port())) {
            live.send("subscribe", "session", "watched", "fromStep", 1);
            live.await("frame");

            Metrics after = Metrics.of(api);
            assertThat(after.get("microgpt_live_connections{transport=\"websocket\"}"))
                    .isEqualTo(
                            before.get("microgpt_live_connections{transport=\"websocket\"}") + 1);
            assertThat(after.get("microgpt_live_frames_total"))
                    .isEqualTo(before.get("microgpt_live_frames_total") + 1);
            assertThat(after.get("microgpt_live_coalesced_total"))
                    .isEqualTo(before.get("microgpt_live_coalesced_total") + 49);
            assertThat(after.get("microgpt_live_dropped_total"))
                    .isEqualTo(before.get("microgpt_live_dropped_total"));
        }
        await().until(() -> value("microgpt_live_connections{transport=\"websocket\"}") == 0);
    }

    @Test
    void noSessionHasAMeterOfItsOwn() {
        api.initSixNames("tag-a");
        int before = Metrics.of(api).values().size();
        for (int i = 0; i < 20; i++) {
            api.initSixNames("tag-b" + i);
            api.step("tag-b" + i, 2);
        }
        assertThat(Metrics.of(api).values())
                .noneSatisfy((name, _) -> assertThat(name).contains("tag-"));
        assertThat(Metrics.of(api).values().size()).isLessThan(before + 20);
    }

    @Test
    void aStoreThatIsFullShows() {
        try (LocalService small =
                LocalService.start(directory.resolve("small"), "--microgpt.store.max-size=1MB")) {
            Api its = small.api();
            // Each text drawn has the whole state of this generator kept.
            its.init("first", Map.of("random", "python", "text", Api.SIX_NAMES));
            assertThat(Metrics.of(its).get("microgpt_store_full")).isZero();
            while (its.post("/sessions/first/generate").status() == 200) {}

            assertThat(Metrics.of(its).get("microgpt_store_full")).isEqualTo(1);
            assertThat(Metrics.of(its).get("microgpt_store_max_size_bytes")).isEqualTo(1 << 20);
            assertThat(Metrics.of(its).get("microgpt_store_size_bytes")).isGreaterThan(1 << 19);

            its.delete("/sessions/first");
            await().until(() -> Metrics.of(its).get("microgpt_store_full") == 0);
        }
    }
}
