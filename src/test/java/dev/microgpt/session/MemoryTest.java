package dev.microgpt.session;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Calls that would exceed the memory budget are rejected.
final class MemoryTest {

    private static final Map<String, ?> OPTIONS =
            Map.of("nEmbd", 64, "nLayer", 2, "text", Api.SIX_NAMES);

    /// Estimated memory of one session.
    private static final long BYTES_PER_SESSION =
            MicroGpt.estimateBytes(
                    ModelOptions.builder().nEmbd(64).nLayer(2).build(), Corpus.of(Api.SIX_NAMES));

    private static final long BUDGET = BYTES_PER_SESSION * 7 / 2;
    private static final int SESSIONS = 6;

    private final LocalService service;
    private final Api api;

    MemoryTest(@TempDir Path directory) {
        service = LocalService.start(directory, "--microgpt.limits.memory-bytes=" + BUDGET);
        api = service.api();
    }

    @BeforeEach
    void createSessions() {
        for (int i = 0; i < SESSIONS; i++) { // evicts earlier ones
            assertThat(init("s" + i).status()).isEqualTo(201);
        }
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private Reply init(String name) {
        return api.post("/sessions/" + name + "/init", OPTIONS);
    }

    @Test
    void sessionLargerThanTheBudgetIsTooLarge() {
        Map<String, ?> large = Map.of("nEmbd", 256, "nLayer", 2, "text", Api.SIX_NAMES);
        assertProblem(api.post("/sessions/large/init", large), 413, "too_large")
                .hasField("memoryBytes")
                .hasMax(BUDGET)
                .hasDetail("may use only " + BUDGET);
        assertProblem(
                        api.postText(
                                "/sessions/s0/load?overwrite=true",
                                "ab\n".repeat((int) BUDGET / 10)),
                        413,
                        "too_large")
                .hasField("memoryBytes")
                .hasMax(BUDGET);
        assertProblem(api.get("/sessions/large"), 404, "not_found");
        api.step("s0", 1);
    }

    @Test
    void findingBytePairsIsCounted() {
        Map<String, ?> pairs = Map.of("tokenizer", "bpe", "text", "ab\n".repeat((int) BUDGET / 48));
        assertProblem(api.post("/documents/preview", pairs), 413, "too_large")
                .hasField("memoryBytes")
                .hasMax(BUDGET)
                .hasDetail("finding the byte pairs");
    }

    @Test
    void idleSessionsAreEvicted() {
        for (int i = 0; i < 2 * SESSIONS; i++) {
            api.step("s" + i % SESSIONS, 1);
        }
        assertThat(init("new").status()).isEqualTo(201);
        for (int i = 0; i < SESSIONS; i++) {
            assertThat(api.view("s" + i).path("step").intValue()).isEqualTo(2);
        }
    }

    @Test
    void rejectedCallSucceedsOnceMemoryIsFree() {
        int running = 0;
        Reply rejected = run(running);
        while (rejected.status() < 300 && running < SESSIONS - 1) {
            rejected = run(++running);
        }
        assertNoMemory(rejected);
        assertThat(running).isBetween(1, 3);
        assertNoMemory(init("new"));
        assertProblem(api.get("/sessions/new"), 404, "not_found");
        assertThat(api.view("s0").path("state").stringValue()).isEqualTo("training");

        for (int i = 0; i < running; i++) {
            api.post("/sessions/s" + i + "/runs/1/cancel").ok();
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> init("new").status() == 201);
    }

    /// More sessions than fit are called by several clients at once. All are idle between the calls, so that
    /// each call finds memory, if necessary after the eviction of a session that was used just before.
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void callsOfSeveralClientsWaitForEvictionOfIdleSessions(int clients) throws Exception {
        Memory memory = service.owner().parts(Memory.class).iterator().next();
        AtomicLong largest = new AtomicLong();
        List<Callable<Void>> calls = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            int first = client;
            calls.add(
                    () -> {
                        for (int i = 0; i < 5 * SESSIONS; i++) {
                            String session = "s" + (first + i) % SESSIONS;
                            Reply reply =
                                    api.post(
                                            "/sessions/" + session + "/generate",
                                            Map.of("count", 1));
                            assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
                            largest.accumulateAndGet(memory.used(), Math::max);
                        }
                        return null;
                    });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            for (var done : threads.invokeAll(calls, 2, TimeUnit.MINUTES)) {
                done.get();
            }
        }
        assertThat(largest.get()).isPositive().isLessThanOrEqualTo(BUDGET);
    }

    /// A query of an earlier step needs memory for another model. Small sessions fill the budget, so that it
    /// does not fit.
    @Test
    void modelAsOfAnEarlierStepIsCounted(@TempDir Path data) {
        try (LocalService other =
                LocalService.start(
                        data,
                        "--microgpt.limits.memory-bytes=40000000",
                        "--microgpt.limits.keyframe-bytes=4000000000")) {
            Api otherApi = other.api();
            otherApi.init("large", Map.of("nEmbd", 128, "nLayer", 2, "text", Api.SIX_NAMES));
            otherApi.step("large", 2);
            assertThat(train(otherApi, "large").status()).isEqualTo(202);
            for (int i = 0; addsSmallTrainingSession(otherApi, "small-" + i); i++) {}

            assertThat(otherApi.get("/sessions/large/embeddings").status()).isEqualTo(200);
            assertProblem(otherApi.get("/sessions/large/embeddings?step=1"), 503, "no_memory");
            Map<String, Map<String, Object>> queries =
                    Map.of(
                            "/generate", Map.of("step", 1),
                            "/score", Map.of("step", 1, "texts", List.of("bob")),
                            "/inspect", Map.of("step", 1, "text", "bob"));
            queries.forEach(
                    (path, body) ->
                            assertProblem(
                                    otherApi.post("/sessions/large" + path, body),
                                    503,
                                    "no_memory"));
        }
    }

    private static boolean addsSmallTrainingSession(Api api, String name) {
        Map<String, ?> small = Map.of("text", Api.SIX_NAMES);
        return api.post("/sessions/" + name + "/init", small).status() == 201
                && train(api, name).status() == 202;
    }

    /// Starts a slow run, so that the session is not evicted.
    private static Reply train(Api api, String name) {
        return api.post(
                "/sessions/" + name + "/runs", Map.of("steps", 1000, "stepsPerSecond", 0.01));
    }

    private Reply run(int session) {
        return api.post("/sessions/s" + session + "/runs", Map.of("steps", 1_000_000_000));
    }

    private static void assertNoMemory(Reply rejected) {
        assertProblem(rejected, 503, "no_memory")
                .hasField("memoryBytes")
                .hasDetail("of the " + BUDGET);
        assertThat(Integer.parseInt(rejected.header("Retry-After"))).isBetween(1, 60);
    }
}
