package dev.microgpt.cluster;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/// Publishes how many nodes this node sees.
final class ClusterMetrics implements MeterBinder {

    private final Members members;

    ClusterMetrics(Members members) {
        this.members = members;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("microgpt.cluster.nodes", () -> members.nodes().size())
                .description("Number of nodes that this node sees, itself included")
                .register(registry);
        Gauge.builder("microgpt.cluster.majority", () -> members.hasMajority() ? 1 : 0)
                .description("1 while this node sees the majority of the nodes")
                .register(registry);
    }
}
