package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Tests that idle sessions are evicted from memory and come back unchanged.
@MostlyWaiting
@ParameterizedClass
@EnumSource
final class EvictedSessionTest {

    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /// Starts a service that evicts each session as soon as it is idle.
    private LocalService start(String name) {
        return store.start(directory.resolve(name), "--microgpt.limits.session-bytes=1");
    }

    private static List<String> visibleState(Api api) {
        return Stream.of(
                        "",
                        "/losses",
                        "/history",
                        "/keyframes",
                        "/runs",
                        "/embeddings",
                        "/checkpoint")
                .map(path -> api.get("/sessions/idle" + path).toString())
                .toList();
    }

    private static void createSession(Api api) {
        api.initSixNames("idle");
        api.step("idle", 30);
        api.patch("/sessions/idle", Map.of("learningRate", 0.02)).ok();
        api.post("/sessions/idle/generate").ok();
        api.post("/sessions/idle/runs", Map.of("steps", 1_000_000_000, "stepsPerSecond", 100)).ok();
        api.post("/sessions/idle/runs/1/pause").ok();
    }

    private void awaitEviction(String data) {
        await().atMost(TIMEOUT).until(() -> isEvicted(data, "idle"));
    }

    /// Eviction takes a snapshot, after which a session has no log entries.
    private boolean isEvicted(String data, String session) {
        return store.jdbc(directory.resolve(data))
                        .sql(
                                """
                                SELECT COUNT(*) FROM change
                                WHERE epoch = (SELECT epoch FROM session WHERE name = ?)""")
                        .param(session)
                        .query(Integer.class)
                        .single()
                == 0;
    }

    @Test
    void anEvictedSessionComesBackUnchanged() {
        try (LocalService service = start("data")) {
            Api api = service.api();
            createSession(api);
            List<String> before = visibleState(api);
            String view = api.view("idle").toString();

            awaitEviction("data");

            assertThat(api.view("idle")).hasToString(view);
            assertThat(api.get("/sessions").body()).contains(view);
            assertThat(visibleState(api)).isEqualTo(before);
            api.post("/sessions/idle/runs/1/cancel").ok();
            api.step("idle", 10);
        }
    }

    @Test
    void warningsAreShownWhileASessionIsEvictedAndAfterARestart() {
        String warnings;
        try (LocalService service = start("warned")) {
            Api api = service.api();
            api.init("cut", Map.of("text", "charlie\nbob\nbob", "blockSize", 4));
            api.init("idle", Api.DIVERGING);
            api.step("idle", 250);
            warnings = warnings(api);
            assertThat(warnings)
                    .contains("documents_truncated", "duplicate_documents", "loss_unusual");

            awaitEviction("warned");

            assertThat(warnings(api)).isEqualTo(warnings);
        }
        try (LocalService service = start("warned")) {
            Api api = service.api();
            assertThat(warnings(api)).isEqualTo(warnings);
            api.get("/sessions/idle/keyframes").ok(); // brings it into memory again
            assertThat(warnings(api)).isEqualTo(warnings);
        }
    }

    private static String warnings(Api api) {
        JsonNode diverging = api.view("idle");
        return "%s %s %s"
                .formatted(
                        api.view("cut").path("warnings"),
                        diverging.path("warnings"),
                        diverging.path("diverging"));
    }

    @Test
    void aWatcherGetsFramesOfAnEvictedSession() throws Exception {
        try (LocalService service = start("watched")) {
            Api api = service.api();
            api.initSixNames("idle");
            api.step("idle", 5);
            awaitEviction("watched");

            try (Live live = Live.connect(api.port())) {
                live.send("subscribe", "session", "idle", "fromStep", 1);
                assertThat(live.await("frame").path("losses")).hasSize(5);
                api.step("idle", 3);
                await().until(() -> live.await("frame").path("toStep").asInt() == 8);
            }
        }
    }

    /// Nor does it make the calls fail whose memory its eviction was to free.
    @Test
    void aSessionThatCannotBeEvictedDoesNotBlockOthers() {
        ModelOptions options = ModelOptions.builder().nEmbd(64).nLayer(2).build();
        long one = MicroGpt.estimateBytes(options, Corpus.of(Api.SIX_NAMES));
        Map<String, ?> large = Map.of("nEmbd", 64, "nLayer", 2, "text", Api.SIX_NAMES);
        try (LocalService service =
                store.start(
                        directory.resolve("stuck"),
                        "--microgpt.limits.memory-bytes=" + one * 7 / 2,
                        "--microgpt.limits.keyframe-bytes=" + one)) {
            Api api = service.api();
            api.init("stuck", large);
            api.step("stuck", 1);
            failSnapshots("stuck");
            for (int i = 0; i < 6; i++) {
                api.init("other-" + i, large);
                api.step("other-" + i, 1);
            }

            assertThat(api.view("stuck").path("step").asInt()).isEqualTo(1);
            assertThat(isEvicted("stuck", "stuck")).isFalse();
            assertThat(isEvicted("stuck", "other-0")).isTrue();
            api.step("other-0", 1);
        }
    }

    /// Makes every snapshot of the session fail, with an error that is not worth a retry.
    private void failSnapshots(String name) {
        JdbcClient jdbc = store.jdbc(directory.resolve(name));
        long epoch =
                jdbc.sql("SELECT epoch FROM session WHERE name = ?")
                        .param(name)
                        .query(Long.class)
                        .single();
        store.rejectWrites("save", "NEW.epoch = " + epoch, jdbc);
    }
}
