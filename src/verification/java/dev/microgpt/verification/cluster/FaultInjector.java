package dev.microgpt.verification.cluster;

import dev.microgpt.support.PostgresServer;
import dev.microgpt.support.Reply;
import dev.microgpt.verification.cluster.ClusterTally.Kind;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Makes one fault after the other, and waits each time until all nodes serve again.
final class FaultInjector {

    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration TAKEOVER_TIMEOUT = Duration.ofSeconds(200);
    private static final int MAX_PROBED = 3;
    private static final int MAX_CUT_MILLIS = 15_000;
    private static final int MAX_STOPPED_MILLIS = 9_000;
    private static final int MIN_MILLIS = 500;

    private final Cluster cluster;
    private final ClusterCalls calls;
    private final ClusterClient prober;

    /// Sessions that only this object calls.
    private final List<SessionLog> probes;

    private final SplittableRandom random;
    private final ExecutorService threads;
    private final ClusterTally tally;

    FaultInjector(
            Cluster cluster,
            ClusterCalls calls,
            ClusterClient prober,
            List<SessionLog> probes,
            SplittableRandom random,
            ExecutorService threads,
            ClusterTally tally) {
        this.cluster = cluster;
        this.calls = calls;
        this.prober = prober;
        this.probes = probes;
        this.random = random;
        this.threads = threads;
        this.tally = tally;
    }

    /// Makes a fault and waits until it is over.
    ///
    /// @throws IOException if a process or the network cannot be controlled
    void make(Fault fault) throws IOException, InterruptedException {
        ClusterNode node = cluster.nodes().get(random.nextInt(Cluster.SIZE));
        tally.fault(fault.kind());
        tally.say("%s, %s".formatted(fault.kind(), node));
        switch (fault) {
            case Fault.Kill() -> kill(node);
            case Fault.Drain() -> drain(node);
            case Fault.Restart(PostgresServer.StopMode mode) -> restartDatabase(mode);
            case Fault.Partition(Fault.Cut cut) -> cut(cut, node);
        }
        long over = System.nanoTime();
        boolean isSettled = cluster.awaitSettled(SETTLE_TIMEOUT);
        if (!isSettled) {
            tally.violation(
                    Kind.SLOW,
                    "%s after %s, not every node had its sessions: %s"
                            .formatted(SETTLE_TIMEOUT, fault.kind(), cluster.describe()));
        }
        probe(
                fault.kind() + " at all nodes",
                probes.stream().limit(Cluster.SIZE).toList(),
                cluster.nodes());
        tally.recovered(fault.kind(), Duration.ofNanos(System.nanoTime() - over));
        for (ClusterNode each : cluster.nodes()) {
            if (each.hasCrashed()) {
                throw new IOException("%s has ended by itself; see %s".formatted(each, each.log()));
            }
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MIN_MILLIS, 4 * MIN_MILLIS));
    }

    private List<SessionLog> probesOf(ClusterNode node) {
        List<Cluster.Owned> owned = cluster.owned();
        return probes.stream()
                .filter(probe -> !probe.isDropped())
                .filter(probe -> Cluster.isOwner(node, owned, probe.name()))
                .limit(MAX_PROBED)
                .toList();
    }

    private void kill(ClusterNode node) throws IOException, InterruptedException {
        List<SessionLog> sessions = probesOf(node);
        long start = System.nanoTime();
        node.kill();
        measure("kill", sessions, cluster.without(node.index()), start);
        node.start();
    }

    private void drain(ClusterNode node) throws IOException, InterruptedException {
        List<SessionLog> sessions = probesOf(node);
        long start = System.nanoTime();
        if (!node.drain(DRAIN_TIMEOUT)) {
            tally.violation(
                    Kind.SLOW,
                    "%s did not end within %s after SIGTERM".formatted(node, DRAIN_TIMEOUT));
        }
        tally.recovered("SIGTERM: exit", Duration.ofNanos(System.nanoTime() - start));
        measure("drain", sessions, cluster.without(node.index()), System.nanoTime());
        node.start();
    }

    private void restartDatabase(PostgresServer.StopMode mode)
            throws IOException, InterruptedException {
        cluster.database().stop(mode);
        sleep(MAX_STOPPED_MILLIS);
        cluster.database().startAgain();
        measure(
                "restart " + mode,
                probes.stream().limit(MAX_PROBED).toList(),
                cluster.nodes(),
                System.nanoTime());
    }

    private void cut(Fault.Cut cut, ClusterNode chosen) throws IOException, InterruptedException {
        int node = chosen.index();
        Network network = cluster.network();
        int next = (node + 1) % Cluster.SIZE;
        int last = (node + 2) % Cluster.SIZE;
        List<SessionLog> sessions = probesOf(chosen);
        long start = System.nanoTime();
        try {
            switch (cut) {
                case NODE_FROM_NODES -> network.cutFromNodes(node);
                case NODE_FROM_ALL -> {
                    network.cutFromNodes(node);
                    network.cutFromDatabase(node);
                }
                case MAJORITY_FROM_DATABASE -> {
                    network.cutFromNodes(node);
                    network.cutFromDatabase(next);
                    network.cutFromDatabase(last);
                }
                case ALL_NODES -> {
                    network.cutFromNodes(node);
                    network.cutFromNodes(next);
                    network.cutFromNodes(last);
                }
                case PAIR -> network.cutPair(node, next);
                case NODE_FROM_DATABASE -> network.cutFromDatabase(node);
            }
            if (cut == Fault.Cut.NODE_FROM_NODES || cut == Fault.Cut.NODE_FROM_ALL) {
                measure("partition " + cut, sessions, cluster.without(node), start);
            }
            sleep(MAX_CUT_MILLIS);
        } finally {
            network.heal();
        }
    }

    private void sleep(int max) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MIN_MILLIS, max));
    }

    /// Measures how long sessions are out of reach: the time until each has made a step.
    private void measure(
            String fault, List<SessionLog> sessions, List<ClusterNode> allowed, long start)
            throws IOException, InterruptedException {
        if (probe(fault, sessions, allowed)) {
            tally.tookOver(fault, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /// Makes a step in each session.
    ///
    /// @return whether there was at least one, and all were made
    private boolean probe(String fault, List<SessionLog> sessions, List<ClusterNode> allowed)
            throws IOException, InterruptedException {
        List<Future<Boolean>> steps = new ArrayList<>();
        for (SessionLog session : sessions) {
            SplittableRandom split = random.split();
            steps.add(threads.submit(() -> step(session, split, allowed)));
        }
        boolean isDone = !steps.isEmpty();
        for (Future<Boolean> step : steps) {
            try {
                isDone &= step.get(TAKEOVER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException("no step was made after " + fault, e);
            }
        }
        return isDone;
    }

    private boolean step(SessionLog session, SplittableRandom split, List<ClusterNode> allowed)
            throws InterruptedException {
        if (session.isDropped()) {
            return false;
        }
        try {
            Reply reply =
                    calls.send(
                            session,
                            new ClusterCalls.Attempt(ClusterClient.stepCall(1)),
                            split,
                            allowed);
            prober.stepped(session, 1, reply);
            return true;
        } catch (Dropped _) {
            return false;
        }
    }
}
