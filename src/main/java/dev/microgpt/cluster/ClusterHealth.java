package dev.microgpt.cluster;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Reports whether this node sees the majority of the nodes. It is no reason to restart the process, which would not
/// repair the network.
final class ClusterHealth implements HealthIndicator {

    private final Members members;

    ClusterHealth(Members members) {
        this.members = members;
    }

    @Override
    public Health health() {
        return (members.hasMajority() ? Health.up() : Health.outOfService()).build();
    }
}
