package dev.microgpt.verification.cluster;

import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.support.Json;
import dev.microgpt.verification.cluster.ClusterCalls.Call;
import dev.microgpt.verification.cluster.ClusterTally.Kind;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// Compares sessions and watchers with the controls when all faults are over.
final class ClusterCheck {

    private static final Corpus.Limits LIMITS = new Corpus.Limits(1 << 20, 1000, 1000);
    private static final int NOT_FOUND = 404;
    private static final int WATCHER_SECONDS = 60;

    private final List<ClusterNode> nodes;
    private final ClusterCalls calls;
    private final SplittableRandom random;
    private final ClusterTally tally;

    ClusterCheck(
            List<ClusterNode> nodes,
            ClusterCalls calls,
            SplittableRandom random,
            ClusterTally tally) {
        this.nodes = nodes;
        this.calls = calls;
        this.random = random;
        this.tally = tally;
    }

    /// Checks a session at each node: its step, its losses and its model.
    void check(SessionLog session) throws InterruptedException {
        try {
            for (ClusterNode node : nodes) {
                checkAt(node, session);
            }
            tally.count("sessions", 1);
            tally.count("steps of sessions", session.step());
        } catch (IOException e) {
            tally.violation(Kind.FAILED, "session %s: %s".formatted(session.name(), e));
        } catch (Dropped _) {
            // recorded
        }
    }

    private void checkAt(ClusterNode node, SessionLog session)
            throws IOException, InterruptedException {
        List<ClusterNode> only = List.of(node);
        calls.requireStep(
                session,
                "view at the end",
                session.step(),
                calls.send(session, new ClusterCalls.Attempt(Call.get("")), random, only).json());
        double[] losses = losses(session, only);
        String difference = session.control().difference(losses);
        if (difference == null) {
            difference = session.control().difference(checkpoint(node, session));
        }
        if (difference != null || losses.length != session.step()) {
            throw calls.violation(
                    Kind.DIFFERENT,
                    session,
                    "%d losses at step %d; %s"
                            .formatted(losses.length, session.step(), difference));
        }
    }

    private double[] losses(SessionLog session, List<ClusterNode> allowed)
            throws InterruptedException {
        return Json.doubles(
                calls.send(session, new ClusterCalls.Attempt(Call.get("/losses")), random, allowed)
                        .json()
                        .path("losses"));
    }

    private Checkpoint checkpoint(ClusterNode node, SessionLog session)
            throws IOException, InterruptedException {
        return CheckpointReader.read(
                new ByteArrayInputStream(calls.file(session, node, "/checkpoint")),
                new CheckpointReader.Given(null, null, null),
                LIMITS,
                (_, _, _) -> {});
    }

    /// Checks that a session that was deleted has not come back.
    void checkDeleted(SessionLog session) throws InterruptedException {
        for (ClusterNode node : nodes) {
            int status = calls.status(node, session.name());
            if (status != NOT_FOUND) {
                tally.violation(
                        Kind.WRONG,
                        "session %s was deleted, but its status at %s is %d; its calls:%s"
                                .formatted(session.name(), node, status, session.notes()));
            }
        }
    }

    /// Waits until a watcher has all losses of its session, and compares them.
    void check(Watcher watcher, SessionLog session) throws InterruptedException {
        try {
            double[] losses = losses(session, nodes);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCHER_SECONDS);
            while (watcher.size() < losses.length && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            watcher.check(losses);
        } catch (Dropped _) {
            // recorded
        }
    }
}
