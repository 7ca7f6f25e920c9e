package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Tests that sessions and runs continue after a restart exactly as they would have without one.
@MostlyWaiting
@ParameterizedClass
@EnumSource
final class RestartTest {

    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /// Stops a service and starts another one with its data.
    private LocalService restart(LocalService service, Shutdown shutdown, String... settings) {
        return shutdown.restart(store, service, directory, settings);
    }

    private LocalService start() {
        return store.start(Shutdown.data(directory));
    }

    /// Creates a session with a bit of everything: steps, a draw, steering, a fork and a run.
    private static void createSession(Api api, String name, String engine, String random) {
        api.init(
                name,
                Map.of(
                        "engine",
                        engine,
                        "random",
                        random,
                        "text",
                        Api.SIX_NAMES,
                        "optimizer",
                        "adamw",
                        "dropout",
                        0.1,
                        "gradientClip",
                        1,
                        "validation",
                        2));
        api.step(name, 40);
        api.post("/sessions/" + name + "/generate", Map.of("count", 3)).ok();
        api.patch("/sessions/" + name, Map.of("learningRate", 0.02)).ok();
        api.step(name, 7);
        api.post("/sessions/" + name + "/fork", Map.of("name", name + "-fork", "step", 45)).ok();
        api.post("/sessions/" + name + "/runs", Map.of("steps", 30, "batchSize", 2)).ok();
        awaitEnd(api, name, 1);
        api.post("/sessions/" + name + "/generate", Map.of("count", 2)).ok();
    }

    private static void awaitEnd(Api api, String name, int run) {
        await().until(
                        () ->
                                api.get("/sessions/" + name + "/runs/" + run)
                                        .ok()
                                        .path("state")
                                        .asString(),
                        "succeeded"::equals);
    }

    /// Returns everything that the API shows of a session.
    private static List<String> visibleState(Api api, String name) {
        return Stream.of(
                        "",
                        "/losses",
                        "/validation",
                        "/history",
                        "/keyframes",
                        "/runs",
                        "/config",
                        "/embeddings",
                        "/embeddings?step=20",
                        "/parameters/wpe?kind=v",
                        "/parameters/wte/histograms",
                        "/checkpoint")
                .map(path -> api.get("/sessions/" + name + path))
                .map(RestartTest::withoutMaxBytes)
                .toList();
    }

    private static String withoutMaxBytes(Reply reply) {
        return reply.toString().replaceAll("\"maxBytes\":\\d+", "");
    }

    /// Uses a session further, and returns what it generates and its losses.
    private static List<String> continueWith(Api api, String name) {
        api.step(name, 60);
        return List.of(
                api.post("/sessions/" + name + "/generate", Map.of("count", 5)).ok().toString(),
                api.get("/sessions/" + name + "/losses").ok().toString());
    }

    @ParameterizedTest
    @CsvSource({
        "ORDERLY, tensor, mulberry32",
        "ABRUPT, tensor, mulberry32",
        "ORDERLY, scalar, python",
        "ABRUPT, scalar, python"
    })
    void sessionsAreRestoredAndContinueIdentically(
            Shutdown shutdown, String engine, String random) {
        LocalService service = start();
        createSession(service.api(), "life", engine, random);
        List<String> before = visibleState(service.api(), "life");
        List<String> fork = visibleState(service.api(), "life-fork");

        try (LocalService next = restart(service, shutdown);
                LocalService other = store.start(directory.resolve("control"))) {
            createSession(other.api(), "life", engine, random);

            assertThat(visibleState(next.api(), "life")).isEqualTo(before);
            assertThat(visibleState(next.api(), "life-fork")).isEqualTo(fork);
            assertThat(continueWith(next.api(), "life"))
                    .isEqualTo(continueWith(other.api(), "life"));
            assertThat(continueWith(next.api(), "life-fork"))
                    .isEqualTo(continueWith(other.api(), "life-fork"));
        }
    }

    /// A session of characters has the same documents.
    private static void createPairs(Api api) {
        api.initSixNames("characters");
        api.init("pairs", Map.of("text", Api.SIX_NAMES, "tokenizer", "bpe", "vocabSize", 262));
        api.step("pairs", 30);
        api.post("/sessions/pairs/fork", Map.of("name", "pairs-fork", "step", 9)).ok();
    }

    @ParameterizedTest
    @EnumSource
    void bytePairsAreRestored(Shutdown shutdown) {
        LocalService service = start();
        createPairs(service.api());
        List<String> before = visibleState(service.api(), "pairs");
        String tokenizer = service.api().get("/sessions/pairs/tokenizer").ok().toString();

        try (LocalService next = restart(service, shutdown);
                LocalService other = store.start(directory.resolve("control"))) {
            createPairs(other.api());

            assertThat(visibleState(next.api(), "pairs")).isEqualTo(before);
            assertThat(next.api().get("/sessions/pairs/tokenizer").ok()).hasToString(tokenizer);
            for (String session : List.of("pairs", "pairs-fork", "characters")) {
                assertThat(continueWith(next.api(), session))
                        .isEqualTo(continueWith(other.api(), session));
            }
        }
    }

    /// Creates a session that continues twice, once with new characters, and forks it at steps before and after.
    private static void createContinued(Api api, String tokenizer) {
        api.init(
                "grown",
                Map.of(
                        "text",
                        Api.SIX_NAMES,
                        "tokenizer",
                        tokenizer,
                        "vocabSize",
                        262,
                        "tied",
                        true));
        api.step("grown", 20);
        api.post("/sessions/grown/generate", Map.of("count", 1)).ok();
        api.postText("/sessions/grown/load?continue=true&grow=true", "zoé\nalice\nyanna").ok();
        api.step("grown", 13);
        api.postText("/sessions/grown/load?continue=true", "bob\nemma").ok();
        api.post("/sessions/grown/runs", Map.of("steps", 30)).ok();
        awaitEnd(api, "grown", 1);
        for (int step : List.of(19, 20, 40)) {
            api.post("/sessions/grown/fork", Map.of("name", "grown-" + step, "step", step)).ok();
        }
    }

    @ParameterizedTest
    @CsvSource({"ORDERLY, chars", "ABRUPT, chars", "ORDERLY, bpe", "ABRUPT, bpe"})
    void sessionsThatHaveContinuedAreRestored(Shutdown shutdown, String tokenizer) {
        LocalService service = start();
        createContinued(service.api(), tokenizer);
        List<String> before = visibleState(service.api(), "grown");
        String vocabulary = service.api().get("/sessions/grown/tokenizer").ok().toString();

        try (LocalService next = restart(service, shutdown);
                LocalService other = store.start(directory.resolve("control"))) {
            createContinued(other.api(), tokenizer);

            assertThat(visibleState(next.api(), "grown")).isEqualTo(before);
            assertThat(next.api().get("/sessions/grown/tokenizer").ok()).hasToString(vocabulary);
            for (int step : List.of(5, 19, 20, 34, 63)) {
                Map<String, Object> fork = Map.of("name", "late-" + step, "step", step);
                next.api().post("/sessions/grown/fork", fork).ok();
                other.api().post("/sessions/grown/fork", fork).ok();
            }
            for (String session :
                    List.of(
                            "grown",
                            "grown-19",
                            "grown-20",
                            "grown-40",
                            "late-5",
                            "late-19",
                            "late-20",
                            "late-34",
                            "late-63")) {
                assertThat(continueWith(next.api(), session))
                        .as(session)
                        .isEqualTo(continueWith(other.api(), session));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRunContinuesToItsEnd(Shutdown shutdown) {
        LocalService service = start();
        service.api().initSixNames("runner");
        service.api()
                .post("/sessions/runner/runs", Map.of("steps", 4000, "stepsPerSecond", 2000))
                .ok();
        await().until(() -> service.api().view("runner").path("step").asLong() > 500);

        try (LocalService next = restart(service, shutdown);
                LocalService other = store.start(directory.resolve("control"))) {
            awaitEnd(next.api(), "runner", 1);
            other.api().initSixNames("runner");
            other.api().step("runner", 4000);

            assertThat(next.api().losses("runner")).isEqualTo(other.api().losses("runner"));
        }
    }

    @Test
    void aRunIsPausedAfterARestartIfConfigured() {
        LocalService service = start();
        service.api().initSixNames("runner");
        service.api().post("/sessions/runner/runs", Map.of("steps", 1_000_000_000)).ok();

        try (LocalService next =
                restart(service, Shutdown.ORDERLY, "--microgpt.runs.after-restart=pause")) {
            await().until(
                            () ->
                                    next.api()
                                            .get("/sessions/runner/runs/1")
                                            .ok()
                                            .path("state")
                                            .asString(),
                            "paused"::equals);
            long step = next.api().view("runner").path("step").asLong();
            next.api().post("/sessions/runner/runs/1/resume").ok();
            await().until(() -> next.api().view("runner").path("step").asLong() > step);
        }
    }

    @ParameterizedTest
    @EnumSource
    void deletedSessionsStayDeleted(Shutdown shutdown) {
        LocalService service = start();
        Api api = service.api();
        api.initSixNames("gone");
        api.initSixNames("again");
        api.step("again", 5);
        api.init("empty", Map.of("nEmbd", 8));
        api.delete("/sessions/gone");
        api.delete("/sessions/again");
        api.initSixNames("again");

        try (LocalService next = restart(service, shutdown)) {
            assertThat(next.api().get("/sessions/gone").status()).isEqualTo(404);
            assertThat(next.api().view("again").path("step").asInt()).isZero();
            assertThat(next.api().view("empty").path("state").asString()).isEqualTo("created");
            next.api().postText("/sessions/empty/load", Api.SIX_NAMES).ok();
            assertThat(next.api().step("empty", 1).path("step").asInt()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailedSessionIsStillFailed(Shutdown shutdown) {
        LocalService service = start();
        Api api = service.api();
        api.init("wild", Map.of("learningRate", 1e300, "text", Api.SIX_NAMES));
        api.post("/sessions/wild/step", Map.of("count", 100));
        String view = api.view("wild").toString();
        assertThat(view).contains("failed");

        try (LocalService next = restart(service, shutdown)) {
            assertThat(next.api().view("wild")).hasToString(view);
            assertThat(next.api().post("/sessions/wild/step").status()).isEqualTo(409);
            assertThat(next.api().get("/sessions/wild/embeddings?step=0").status()).isEqualTo(200);
        }
    }
}
