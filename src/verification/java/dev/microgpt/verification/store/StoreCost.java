package dev.microgpt.verification.store;

import dev.microgpt.support.Api;
import dev.microgpt.verification.support.ServiceProcess;
import dev.microgpt.verification.support.Statistics;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/// Measures the cost of persistence: the speed of training with and without a store, and a restart with
/// 10,000 sessions.
public final class StoreCost {

    private static final long STEPS = 1_000_000_000_000L;
    private static final int PAIRS = 8;
    private static final Duration PHASE = Duration.ofSeconds(6);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final int SESSIONS = 10_000;
    private static final int HEAP_MB = 1024;
    private static final int REHYDRATIONS = 200;

    private final PrintStream out;
    private boolean isGood = true;

    private StoreCost(PrintStream out) {
        this.out = out;
    }

    /// Exits with 2 if a measurement misses its target.
    ///
    /// @param args `speed` or `restart` to measure only one of them
    public static void main(String[] args) throws IOException, InterruptedException {
        StoreCost cost = new StoreCost(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        List<String> parts = args.length == 0 ? List.of("speed", "restart") : List.of(args);
        if (parts.contains("speed")) {
            cost.compareSpeed();
        }
        if (parts.contains("restart")) {
            cost.restart();
        }
        System.exit(cost.isGood ? 0 : 2);
    }

    private void require(boolean condition, String figure, String target) {
        isGood &= condition;
        out.printf("%s (target: %s) %s%n", figure, target, condition ? "ok" : "MISSED");
    }

    // ---- the speed of training

    private void compareSpeed() throws IOException, InterruptedException {
        try (ServiceProcess persistent = ServiceProcess.start(HEAP_MB, List.of());
                ServiceProcess unpersisted =
                        ServiceProcess.start(HEAP_MB, List.of("--microgpt.store.enabled=false"))) {
            Trainee with = new Trainee(new Api(persistent.port()));
            Trainee without = new Trainee(new Api(unpersisted.port()));
            with.train(WARM_UP);
            without.train(WARM_UP);
            List<Double> shares = new ArrayList<>();
            for (int i = 0; i < PAIRS; i++) {
                double first = with.train(PHASE);
                double second = without.train(PHASE);
                shares.add(100 * first / second);
                out.printf(
                        "training with a store %,.0f steps/s, without %,.0f: %.1f%%%n",
                        first, second, shares.getLast());
            }
            double median = Statistics.median(shares);
            require(
                    median > 97,
                    "median of %d pairs: %.1f%%".formatted(PAIRS, median),
                    "at least 97%");
        }
    }

    /// A session whose run is paused except while it is measured.
    private static final class Trainee {

        private final Api api;

        Trainee(Api api) {
            this.api = api;
            api.init("names", Map.of("dataset", "names", "numSteps", STEPS));
            api.post("/sessions/names/runs", Map.of("steps", STEPS)).ok();
            api.post("/sessions/names/runs/1/pause").ok();
        }

        /// Resumes the run for a while.
        ///
        /// @return steps per second
        double train(Duration duration) throws InterruptedException {
            api.post("/sessions/names/runs/1/resume").ok();
            long step = step();
            long start = System.nanoTime();
            Thread.sleep(duration);
            double seconds = (System.nanoTime() - start) / 1e9;
            double perSecond = (step() - step) / seconds;
            api.post("/sessions/names/runs/1/pause").ok();
            return perSecond;
        }

        private long step() {
            return api.view("names").path("step").asLong();
        }
    }

    // ---- a restart with many sessions

    private void restart() throws IOException, InterruptedException {
        List<String> options = List.of("--microgpt.limits.sessions=" + SESSIONS);
        Path data = Path.of("target", "data", UUID.randomUUID().toString());
        try (ServiceProcess service = ServiceProcess.launch(HEAP_MB, data, options)) {
            service.awaitStart();
            long start = System.nanoTime();
            fill(new Api(service.port()));
            out.printf(
                    "created %,d sessions with 20 steps each in %.0f s; heap limit %d MB%n",
                    SESSIONS, seconds(start), HEAP_MB);
            printHeap(service);
        }
        out.printf("the database takes %,d MB%n", Files.size(data.resolve("microgpt.db")) >> 20);
        long start = System.nanoTime();
        try (ServiceProcess service = ServiceProcess.launch(HEAP_MB, data, options)) {
            service.awaitStart();
            Api api = new Api(service.port());
            api.get("/sessions?limit=1").ok();
            double ready = seconds(start);
            require(
                    ready < 10,
                    "restart until the first response: %.1f s".formatted(ready),
                    "under 10 s");
            double millis = Statistics.median(rehydrate(api));
            require(
                    millis < 50,
                    "rehydration of a session: %.1f ms (median of %d)"
                            .formatted(millis, REHYDRATIONS),
                    "under 50 ms");
            printHeap(service);
        }
    }

    private void printHeap(ServiceProcess service) throws InterruptedException {
        out.printf("heap in use after GC: %d MB%n", service.heap().total() >> 20);
    }

    private static void fill(Api api) {
        for (int i = 0; i < SESSIONS; i++) {
            api.init("many-" + i, Map.of("seed", i, "dataset", "names"));
            api.step("many-" + i, 20);
        }
    }

    /// Calls random sessions, most of which are not in memory.
    ///
    /// @return the time of each call, in milliseconds
    private static List<Double> rehydrate(Api api) {
        Random random = new Random(1);
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < REHYDRATIONS; i++) {
            String name = "many-" + random.nextInt(SESSIONS);
            long start = System.nanoTime();
            api.post("/sessions/" + name + "/generate").ok();
            times.add(1000 * seconds(start));
        }
        return times;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
