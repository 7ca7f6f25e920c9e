package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Sessions that nobody uses leave the memory, and come back as they were.
final class IdleSessionsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /// A service that keeps nothing in memory for longer than it is used.
    private LocalService start(String name) {
        return LocalService.start(directory.resolve(name), "--microgpt.limits.session-bytes=1");
    }

    private static List<String> seen(Api api) {
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

    private static void live(Api api) {
        api.initSixNames("idle");
        api.step("idle", 30);
        api.patch("/sessions/idle", Map.of("learningRate", 0.02)).ok();
        api.post("/sessions/idle/generate").ok();
        api.post("/sessions/idle/runs", Map.of("steps", 1_000_000_000, "stepsPerSecond", 100)).ok();
        api.post("/sessions/idle/runs/1/pause").ok();
    }

    /// With all of a session saved, none of its changes is left to be made again.
    private void awaitPutAway(String name) {
        String url = "jdbc:sqlite:" + directory.resolve(name).resolve("microgpt.db");
        await().atMost(LONG)
                .until(
                        () -> {
                            try (var connection = DriverManager.getConnection(url);
                                    var statement = connection.createStatement();
                                    var rows =
                                            statement.executeQuery("SELECT COUNT(*) FROM change")) {
                                return rows.getInt(1) == 0;
                            }
                        });
    }

    @Test
    void aSessionComesBackAsItWas() {
        try (LocalService service = start("data")) {
            Api api = service.api();
            live(api);
            List<String> before = seen(api);
            String view = api.view("idle").toString();

            awaitPutAway("data");

            assertThat(api.view("idle")).hasToString(view);
            assertThat(api.get("/sessions").body()).contains(view);
            assertThat(seen(api)).isEqualTo(before);
            api.post("/sessions/idle/runs/1/cancel").ok();
            api.step("idle", 10);
        }
    }

    @Test
    void whoIsWatchedStays() throws Exception {
        try (LocalService service = start("watched")) {
            Api api = service.api();
            api.initSixNames("idle");
            api.step("idle", 5);
            awaitPutAway("watched");

            try (Live live = Live.connect(api.port())) {
                live.send("subscribe", "session", "idle", "fromStep", 1);
                assertThat(live.await("frame").path("losses")).hasSize(5);
                api.step("idle", 3);
                assertThat(live.await("frame").path("toStep").asInt()).isEqualTo(8);
            }
        }
    }
}
