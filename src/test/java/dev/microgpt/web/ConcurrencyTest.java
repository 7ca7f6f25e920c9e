package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Tests concurrent callers: each session has one writer, and readers never see a step half done.
@ServiceTest
final class ConcurrencyTest {

    private static final int CALLERS = 64;
    private static final int CALLS = 4;
    private static final int STEPS = 3;

    private final Api api;

    ConcurrencyTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private void init(String name, int seed) {
        api.init(name, Map.of("seed", seed, "nEmbd", 4, "text", Api.SIX_NAMES));
    }

    private static <T> List<T> inParallel(List<Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        List<T> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
        }
        return results;
    }

    private List<JsonNode> stepRepeatedly(String name) {
        List<JsonNode> replies = new ArrayList<>();
        for (int call = 0; call < CALLS; call++) {
            replies.add(api.step(name, STEPS));
        }
        return replies;
    }

    @Test
    void concurrentCallersTrainEachStepOnceAndInOrder() throws Exception {
        init("crowd", 42);
        List<Callable<List<JsonNode>>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(() -> stepRepeatedly("crowd"));
        }
        List<JsonNode> replies = inParallel(callers).stream().flatMap(List::stream).toList();

        int total = CALLERS * CALLS * STEPS;
        assertThat(api.view("crowd").path("step").intValue()).isEqualTo(total);
        double[] history = api.losses("crowd");
        assertThat(history).hasSize(total);
        Set<Integer> lastSteps = new HashSet<>();
        for (JsonNode reply : replies) {
            int last = reply.path("step").intValue();
            assertThat(lastSteps.add(last)).isTrue();
            assertThat(Json.doubles(reply.path("losses")))
                    .containsExactly(Arrays.copyOfRange(history, last - STEPS, last));
        }
        assertThat(lastSteps).allMatch(step -> step % STEPS == 0);

        init("alone", 42);
        assertThat(Json.doubles(api.step("alone", total).path("losses"))).containsExactly(history);
    }

    @Test
    void sessionsDoNotDisturbEachOther() throws Exception {
        List<double[]> alone = new ArrayList<>();
        for (int seed = 1; seed <= 4; seed++) {
            init("alone", seed);
            alone.add(Json.doubles(api.step("alone", 60).path("losses")));
        }
        List<Callable<double[]>> callers = new ArrayList<>();
        for (int seed = 1; seed <= 4; seed++) {
            String name = "together-" + seed;
            init(name, seed);
            callers.add(
                    () -> {
                        for (int call = 0; call < 20; call++) {
                            api.step(name, STEPS);
                            api.post("/sessions/" + name + "/generate", Map.of("temperature", 1));
                        }
                        return api.losses(name);
                    });
        }

        List<double[]> together = inParallel(callers);
        for (int i = 0; i < 4; i++) {
            assertThat(together.get(i)).containsExactly(alone.get(i));
        }
    }

    @Test
    void readersSeeWholeStepsOnly() throws Exception {
        int steps = 150;
        api.initSlow("read");
        Set<String> embeddingsBetweenSteps = new HashSet<>();
        embeddingsBetweenSteps.add(api.get("/sessions/read/embeddings").body());
        for (int step = 0; step < steps; step++) {
            api.step("read", 1);
            embeddingsBetweenSteps.add(api.get("/sessions/read/embeddings").body());
        }
        double[] history = api.losses("read");

        api.initSlow("read");
        var training = api.postAsync("/sessions/read/step", Map.of("count", steps));
        Callable<Integer> reader =
                () -> {
                    int reads = 0;
                    do {
                        readEverything(embeddingsBetweenSteps, history);
                        reads++;
                    } while (!training.isDone());
                    return reads;
                };
        assertThat(inParallel(List.of(reader, reader, reader))).allMatch(reads -> reads > 0);
        assertThat(training.join().status()).isEqualTo(200);
        assertThat(api.losses("read")).containsExactly(history);
    }

    private void readEverything(Set<String> embeddingsBetweenSteps, double[] history) {
        assertThat(embeddingsBetweenSteps).contains(api.get("/sessions/read/embeddings").body());
        long step = api.view("read").path("step").longValue();
        double[] losses = api.losses("read");
        assertThat(losses).hasSizeGreaterThanOrEqualTo((int) step);
        assertThat(losses).containsExactly(Arrays.copyOf(history, losses.length));
        assertThat(api.get("/sessions/read/config").status()).isEqualTo(200);
        Reply samples =
                api.post("/sessions/read/generate", Map.of("count", 2, "viz", true, "seed", 1));
        assertThat(samples.ok().path("samples").size()).isEqualTo(2);
    }

    @RepeatedTest(20)
    void onlyOneOfManyConcurrentInitsCreatesTheSession() throws Exception {
        api.delete("/sessions/contested");
        List<Callable<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            callers.add(
                    () ->
                            api.post("/sessions/contested/init", Map.of("text", Api.SIX_NAMES))
                                    .status());
        }

        assertThat(inParallel(callers)).containsOnly(201, 409).containsOnlyOnce(201);
        assertThat(api.view("contested").path("state").stringValue()).isEqualTo("ready");
    }

    @Test
    void anyMixOfCallsGetsResponses() throws Exception {
        List<Callable<Set<Integer>>> callers = new ArrayList<>();
        for (int seed = 0; seed < 8; seed++) {
            Random random = new Random(seed);
            callers.add(
                    () -> {
                        Set<Integer> statuses = new HashSet<>();
                        for (int call = 0; call < 60; call++) {
                            statuses.add(anyCall("/sessions/mix", random).status());
                        }
                        return statuses;
                    });
        }
        for (Set<Integer> statuses : inParallel(callers)) {
            assertThat(statuses).isSubsetOf(200, 201, 204, 404, 409);
        }

        init("mix", 1);
        init("alone", 1);
        assertThat(api.step("mix", 10).path("losses"))
                .isEqualTo(api.step("alone", 10).path("losses"));
    }

    private Reply anyCall(String path, Random random) {
        Map<String, ?> options = Map.of("nEmbd", 4, "text", Api.SIX_NAMES);
        return switch (random.nextInt(12)) {
            case 0 -> api.delete(path);
            case 1 -> api.post(path + "/init", options);
            case 2 -> api.post(path + "/init?overwrite=true", options);
            case 3 -> api.post(path + "/init?overwrite=true", Map.of("nEmbd", 8));
            case 4 -> api.postText(path + "/load?overwrite=true", "bob\nalice");
            case 5 -> api.post(path + "/step", Map.of("count", 20, "viz", "all"));
            case 6 -> api.post(path + "/generate", Map.of("count", 5, "viz", true));
            case 7 -> api.get(path);
            case 8 -> api.get(path + "/losses?maxPoints=10");
            case 9 -> api.get(path + "/embeddings");
            case 10 -> api.get(path + "/config");
            default -> api.post(path + "/step");
        };
    }
}
