package dev.microgpt.verification.cluster;

import dev.microgpt.support.Api;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Measures what a cluster costs: step calls at the node that has the session and through another one, and the steps
/// that runs make on three nodes and on one, all on this machine.
public final class ClusterSpeed {

    private static final int WARM_UP_CALLS = 20_000;
    private static final int ROUNDS = 40;
    private static final int CALLS_PER_ROUND = 100;
    private static final int RUNS = 12;
    private static final int PAIRS = 2;
    private static final long STEPS = 1_000_000_000L;
    private static final Duration PHASE = Duration.ofSeconds(15);

    /// Three processes on two cores need so long to compile what they run.
    private static final Duration SETTLE_TIME = Duration.ofSeconds(45);

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /// So low that no session diverges in millions of steps.
    private static final double LEARNING_RATE = 1e-5;

    private static final String NAME = "measured";

    private final PrintStream out;
    private final Cluster cluster;

    private ClusterSpeed(PrintStream out, Cluster cluster) {
        this.out = out;
        this.cluster = cluster;
    }

    /// Measures, and prints the figures.
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Path.of("target", "cluster-speed", UUID.randomUUID().toString());
        try (Cluster cluster = new Cluster(false, directory)) {
            cluster.start();
            ClusterSpeed speed = new ClusterSpeed(out, cluster);
            speed.measureCalls();
            speed.measureRuns();
        }
        System.exit(0);
    }

    private static Api api(ClusterNode node) {
        String authority = node.authority();
        return new Api(Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1)));
    }

    private void measureCalls() {
        List<Cluster.Owned> owned = cluster.owned();
        List<ClusterNode> nodes = cluster.nodes();
        ClusterNode owner =
                nodes.stream()
                        .filter(node -> Cluster.isOwner(node, owned, NAME))
                        .findFirst()
                        .orElseThrow();
        Api direct = api(owner);
        Api other = api(cluster.without(owner.index()).getFirst());
        direct.init(NAME, Map.of("dataset", "names", "numSteps", STEPS));
        times(direct, WARM_UP_CALLS);
        times(other, WARM_UP_CALLS);
        long[] atOwner = new long[ROUNDS * CALLS_PER_ROUND];
        long[] throughOther = new long[ROUNDS * CALLS_PER_ROUND];
        for (int i = 0; i < ROUNDS; i++) {
            System.arraycopy(
                    times(direct, CALLS_PER_ROUND),
                    0,
                    atOwner,
                    i * CALLS_PER_ROUND,
                    CALLS_PER_ROUND);
            System.arraycopy(
                    times(other, CALLS_PER_ROUND),
                    0,
                    throughOther,
                    i * CALLS_PER_ROUND,
                    CALLS_PER_ROUND);
        }
        print("step at the owner", atOwner);
        print("step through another node", throughOther);
    }

    /// Returns how long calls of one step each take, in nanoseconds.
    private static long[] times(Api api, int calls) {
        long[] times = new long[calls];
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            api.step(NAME, 1);
            times[i] = System.nanoTime() - start;
        }
        return times;
    }

    private void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        out.printf(
                "%-26s median %,d us, p99 %,d us%n",
                what,
                TimeUnit.NANOSECONDS.toMicros(nanos[nanos.length / 2]),
                TimeUnit.NANOSECONDS.toMicros(nanos[nanos.length * 99 / 100]));
    }

    private void measureRuns() throws IOException, InterruptedException {
        Api api = api(cluster.nodes().getFirst());
        List<String> names = IntStream.range(0, RUNS).mapToObj(i -> "run-" + i).toList();
        for (String name : names) {
            api.init(
                    name,
                    Map.of("dataset", "names", "numSteps", STEPS, "learningRate", LEARNING_RATE));
            api.post("/sessions/" + name + "/runs", Map.of("steps", STEPS)).ok();
        }
        for (int i = 0; i < PAIRS; i++) {
            long three = steps(api);
            stopOthers();
            long one = steps(api);
            out.printf(
                    "%d runs: %,d steps/s on three nodes, %,d on one: %.0f%%%n",
                    RUNS, three, one, 100.0 * three / one);
            startOthers();
        }
    }

    private void stopOthers() throws IOException, InterruptedException {
        for (ClusterNode node : cluster.without(0)) {
            if (!node.drain(TIMEOUT)) {
                throw new IOException(node + " did not stop in time");
            }
        }
        awaitSettled();
    }

    private void startOthers() throws IOException, InterruptedException {
        for (ClusterNode node : cluster.without(0)) {
            node.start();
        }
        awaitSettled();
    }

    private void awaitSettled() throws IOException, InterruptedException {
        if (!cluster.awaitSettled(TIMEOUT)) {
            throw new IOException("the nodes did not share the sessions: " + cluster.describe());
        }
    }

    /// Returns the steps per second of all runs.
    private static long steps(Api api) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(SETTLE_TIME.toMillis());
        long start = System.nanoTime();
        long before = total(api);
        TimeUnit.MILLISECONDS.sleep(PHASE.toMillis());
        long made = total(api) - before;
        return made * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - start);
    }

    private static long total(Api api) {
        JsonNode sessions = api.get("/sessions?limit=1000").ok().path("sessions");
        for (JsonNode session : sessions) {
            if (session.path("state").asString("").equals("failed")) {
                throw new IllegalStateException("a session has failed: " + session);
            }
        }
        return sessions.valueStream().mapToLong(view -> view.path("step").longValue()).sum();
    }
}
