package dev.microgpt.store;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Tests that calls are rejected while the disk or the database is full, and that nothing is lost.
@MostlyWaiting
final class DiskFullTest {

    /// Enough steps to take longer than sending a frame.
    private static final int MANY_STEPS = 100_000;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private LocalService start(String size) {
        return LocalService.start(directory.resolve("data"), "--microgpt.store.max-size=" + size);
    }

    private static Reply init(Api api, String name) {
        return api.post(
                "/sessions/" + name + "/init", Map.of("random", "python", "text", Api.SIX_NAMES));
    }

    private static Reply step(Api api) {
        return api.post("/sessions/first/step", Map.of("count", 3, "viz", "none"));
    }

    /// Stores a log entry with the whole state of the random generator.
    private static Reply generate(Api api) {
        return api.post("/sessions/first/generate");
    }

    /// Creates sessions, and then log entries of the first one, until neither fits any more.
    private static void fill(Api api) {
        int sessions = 0;
        Reply last = init(api, "first");
        while (last.status() == 201) {
            last = init(api, "fill-" + sessions++);
        }
        assertProblem(last, 507, "storage_full");
        assertThat(last.header("Retry-After")).isEqualTo("5");
        last = generate(api);
        while (last.status() == 200) {
            last = generate(api);
        }
        assertProblem(last, 507, "storage_full");
    }

    /// Includes the first call that meets a full disk, which is rejected only when its write fails.
    @Test
    void aRejectedCallChangesNothingInMemoryOrOnDisk() {
        String before;
        try (LocalService service = start("2MB")) {
            Api api = service.api();
            fill(api);
            before = visibleState(api);

            assertProblem(
                    api.post(
                            "/sessions/first/init?overwrite=true",
                            Map.of("text", "x".repeat(100_000))),
                    507,
                    "storage_full");
            assertThat(visibleState(api)).isEqualTo(before);
            assertProblem(
                    api.postText("/sessions/first/load?overwrite=true", "y".repeat(100_000)),
                    507,
                    "storage_full");
            assertThat(visibleState(api)).isEqualTo(before);
            for (int i = 0; i < 5; i++) {
                assertProblem(step(api), 507, "storage_full");
            }
            assertThat(visibleState(api)).isEqualTo(before);
        }
        try (LocalService again = start("2MB")) {
            assertThat(visibleState(again.api())).isEqualTo(before);
        }
    }

    /// Steps are shown as they are made, before it turns out that they cannot be stored.
    @Test
    void watchersSeeThatStepsAreRolledBack() throws IOException {
        Path mountPoint = directory.resolve("disk");
        try (SmallDisk disk = SmallDisk.mount(mountPoint, "24m");
                LocalService service = LocalService.start(mountPoint.resolve("data"))) {
            Api api = service.api();
            init(api, "first");
            try (Live live = Live.connect(api.port())) {
                live.send("subscribe", "session", "first", "maxHz", 60);
                live.next("subscribed");
                disk.fill();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> longStep(api).status(), status -> status == 507);
                int kept = api.view("first").path("step").asInt();
                disk.empty();
                await().until(() -> step(api).status(), status -> status == 200);

                List<Double> seen = new ArrayList<>();
                int most = 0;
                while (most <= kept || seen.size() != kept + 3) {
                    JsonNode frame = live.next("frame");
                    int from = frame.path("fromStep").asInt();
                    seen.subList(from - 1, seen.size()).clear(); // replaced by this frame
                    seen.addAll(list(Json.doubles(frame.path("losses"))));
                    most = Math.max(most, seen.size());
                }
                assertThat(seen).isEqualTo(list(api.losses("first")));
            }
        }
    }

    private static Reply longStep(Api api) {
        return api.post("/sessions/first/step", Map.of("count", MANY_STEPS, "viz", "none"));
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static String visibleState(Api api) {
        return Stream.of("", "/losses", "/embeddings", "/runs", "/config")
                .map(path -> api.get("/sessions/first" + path).ok().toString())
                .toList()
                .toString();
    }

    @Test
    void callsAreRejectedUntilSpaceIsFree() {
        int step;
        double[] losses;
        try (LocalService service = start("2MB")) {
            Api api = service.api();
            fill(api);
            int before = api.view("first").path("step").asInt();

            assertProblem(step(api), 507, "storage_full");
            assertProblem(
                    api.patch("/sessions/first", Map.of("learningRate", 0.5)), 507, "storage_full");
            assertProblem(
                    api.post("/sessions/first/runs", Map.of("steps", 5)), 507, "storage_full");
            assertThat(api.view("first").path("step").asInt()).isEqualTo(before);
            assertThat(api.get("/sessions/first/embeddings").status()).isEqualTo(200);
            assertThat(api.post("/sessions/first/generate", Map.of("seed", 1)).status())
                    .isEqualTo(200);

            assertThat(api.delete("/sessions/fill-0").status()).isEqualTo(204);
            await().until(() -> step(api).status(), status -> status == 200);
            step = api.view("first").path("step").asInt();
            losses = api.losses("first");
        }
        try (LocalService next = start("100MB");
                LocalService other = LocalService.start(directory.resolve("control"))) {
            assertThat(next.api().view("first").path("step").asInt()).isEqualTo(step);
            assertThat(next.api().losses("first")).isEqualTo(losses);
            init(other.api(), "first");
            other.api().step("first", step);
            assertThat(other.api().losses("first")).isEqualTo(losses);
        }
    }

    private static void fill(SmallDisk disk, Api api) throws IOException {
        disk.fill();
        await().until(() -> generate(api).status(), status -> status == 507);
    }

    private static void initTrained(Api api, String prefix, int count) {
        for (int i = 0; i < count; i++) {
            init(api, prefix + i);
            api.step(prefix + i, 20);
        }
    }

    private static void delete(Api api, String name) {
        Reply reply = api.delete("/sessions/" + name);
        assertThat(reply.status()).as(reply.body()).isEqualTo(204);
    }

    /// At its maximum size, the database has enough pages for any delete.
    @Test
    void everythingCanBeDeletedFromAFullDatabase() {
        try (LocalService service = start("1MB")) {
            Api api = service.api();
            fill(api);

            for (JsonNode session : api.get("/sessions?limit=100").ok().path("sessions")) {
                delete(api, session.path("name").stringValue());
            }
            assertThat(api.get("/sessions").ok().path("sessions")).isEmpty();
            await().until(() -> init(api, "next").status(), status -> status == 201);
        }
    }

    @Test
    void deletesOnAFullDiskSucceedAndAreDurable() throws IOException {
        Path mountPoint = directory.resolve("disk");
        try (SmallDisk disk = SmallDisk.mount(mountPoint, "24m");
                LocalService service = LocalService.start(mountPoint.resolve("data"))) {
            Api api = service.api();
            init(api, "first");
            initTrained(api, "deleted-", 5);
            Path reserve = mountPoint.resolve("data").resolve("reserve");
            assertThat(reserve).hasSize(DiskReserve.BYTES);
            fill(disk, api);

            for (int i = 0; i < 5; i++) {
                delete(api, "deleted-" + i);
            }

            assertThat(reserve).doesNotExist();
            Path copy = directory.resolve("copy");
            TestStore.SQLITE.copy(mountPoint.resolve("data"), copy);
            try (LocalService next = LocalService.start(copy)) {
                assertThat(next.api().get("/sessions").ok().path("sessions")).hasSize(1);
            }
            disk.empty();
            await().until(() -> step(api).status(), status -> status == 200);
            await().untilAsserted(
                            () -> {
                                step(api);
                                assertThat(reserve).hasSize(DiskReserve.BYTES);
                            });
        }
    }

    /// The space of the reserve must not end up in changes, or the next delete would fail.
    @Test
    void changesDoNotTakeTheSpaceThatDeletesNeed() throws IOException {
        Path mountPoint = directory.resolve("disk");
        try (SmallDisk disk = SmallDisk.mount(mountPoint, "24m");
                LocalService service = LocalService.start(mountPoint.resolve("data"))) {
            Api api = service.api();
            init(api, "first");
            initTrained(api, "deleted-", 3);
            fill(disk, api);

            for (int i = 0; i < 3; i++) {
                delete(api, "deleted-" + i);
                int more = 0;
                while (init(api, "more-" + i + "-" + more).status() == 201) {
                    more++;
                }
            }

            Path reserve = mountPoint.resolve("data").resolve("reserve");
            assertThat(reserve).doesNotExist();
            assertThat(generateWithKey(api).ok()).isEqualTo(generateWithKey(api).ok());
            disk.empty();
            await().until(() -> step(api).status(), status -> status == 200);
            assertThat(reserve).hasSize(DiskReserve.BYTES);
        }
    }

    /// Generates with a seed, which changes nothing, so that the response need not be stored.
    private static Reply generateWithKey(Api api) {
        return api.send(
                api.body(
                                "/sessions/first/generate",
                                "application/json",
                                BodyPublishers.ofString("{\"seed\": 1}"))
                        .header("Idempotency-Key", "seeded"));
    }

    /// Otherwise it would train on, and nobody could stop it but by deleting the session.
    @Test
    void aRunCanBeStoppedOnAFullDisk() throws IOException {
        Path mountPoint = directory.resolve("disk");
        try (SmallDisk disk = SmallDisk.mount(mountPoint, "24m");
                LocalService service = LocalService.start(mountPoint.resolve("data"))) {
            Api api = service.api();
            init(api, "first");
            startRun(api, "paused");
            startRun(api, "cancelled");
            fill(disk, api);

            assertRunCanBeStopped(api, "paused", "pause");
            assertRunCanBeStopped(api, "cancelled", "cancel");
        }
    }

    @Test
    void aRunCanBeStoppedInAFullDatabase() {
        try (LocalService service = start("1MB")) {
            Api api = service.api();
            startRun(api, "paused");
            startRun(api, "cancelled");
            fill(api);

            assertRunCanBeStopped(api, "paused", "pause");
            assertRunCanBeStopped(api, "cancelled", "cancel");
        }
    }

    private static void startRun(Api api, String name) {
        api.initSlow(name);
        api.post("/sessions/" + name + "/runs", Map.of("steps", 1_000_000_000)).ok();
    }

    private static void assertRunCanBeStopped(Api api, String name, String order) {
        Reply reply = api.post("/sessions/" + name + "/runs/1/" + order);

        assertThat(reply.ok().path("state").asString()).isEqualTo(name);
        assertThat(api.get("/sessions/" + name + "/runs/1").ok().path("state").asString())
                .isEqualTo(name);
    }
}
