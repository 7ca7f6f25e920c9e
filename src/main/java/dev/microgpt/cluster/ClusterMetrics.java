package dev.microgpt.cluster;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/// Publishes how many nodes this node sees, and what it owns.
final class ClusterMetrics implements MeterBinder {

    private final Members members;
    private final PartitionKeeper keeper;

    ClusterMetrics(Members members, PartitionKeeper keeper) {
        this.members = members;
        this.keeper = keeper;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("microgpt.cluster.nodes", () -> members.nodes().size())
                .description("Number of nodes that this node sees, itself included")
                .register(registry);
        Gauge.builder("microgpt.cluster.majority", () -> members.hasMajority() ? 1 : 0)
                .description("1 while this node sees the majority of the nodes")
                .register(registry);
        Gauge.builder("microgpt.cluster.partitions", keeper, PartitionKeeper::numPartitions)
                .description("Partitions that this node owns")
                .register(registry);
        for (Move move : Move.values()) {
            FunctionCounter.builder("microgpt.cluster.moves", keeper, k -> k.moved(move))
                    .description("Sessions that have come to this node or left it")
                    .tag("reason", move.tag())
                    .register(registry);
        }
    }
}
