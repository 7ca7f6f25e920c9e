package dev.microgpt.verification.cluster;

import dev.microgpt.support.PostgresServer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// What the test does to the cluster.
sealed interface Fault {

    /// The network is cut in one of these ways.
    enum Cut {
        /// One node does not reach the others.
        NODE_FROM_NODES,
        /// One node reaches neither the others nor the database.
        NODE_FROM_ALL,
        /// One node does not reach the others, and these do not reach the database.
        MAJORITY_FROM_DATABASE,
        /// No node reaches another one.
        ALL_NODES,
        /// Two nodes do not reach each other; the third one reaches both.
        PAIR,
        /// One node does not reach the database.
        NODE_FROM_DATABASE
    }

    /// Kills a node, as a crash does, and starts it again.
    record Kill() implements Fault {}

    /// Stops a node in an orderly way, and starts it again.
    record Drain() implements Fault {}

    /// Stops the database, and starts it again.
    record Restart(PostgresServer.StopMode mode) implements Fault {}

    /// Cuts the network for some time.
    record Partition(Cut cut) implements Fault {}

    /// Returns the name of the fault in the report.
    default String kind() {
        return switch (this) {
            case Kill() -> "kill";
            case Drain() -> "drain";
            case Restart(PostgresServer.StopMode mode) -> "restart " + mode;
            case Partition(Cut cut) -> "partition " + cut;
        };
    }

    /// Returns the faults of a plan, in random order.
    static List<Fault> of(ClusterPlan plan) {
        List<Fault> faults = new ArrayList<>();
        faults.addAll(Collections.nCopies(plan.kills(), new Kill()));
        faults.addAll(Collections.nCopies(plan.drains(), new Drain()));
        for (int i = 0; i < plan.restarts(); i++) {
            PostgresServer.StopMode[] modes = PostgresServer.StopMode.values();
            faults.add(new Restart(modes[i % modes.length]));
        }
        for (int i = 0; i < plan.partitions(); i++) {
            Cut[] cuts = Cut.values();
            faults.add(new Partition(cuts[i % cuts.length]));
        }
        Collections.shuffle(faults, new Random(plan.seed()));
        return faults;
    }
}
