package dev.microgpt.cluster;

import dev.microgpt.quota.Buckets;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.persistence.PartitionStore;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.security.authentication.ott.OneTimeTokenService;

import java.util.UUID;

/// Makes this process a node of a cluster, with its health and its metrics.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("microgpt.cluster.enabled")
@ConditionalOnMissingBean(Locations.class) // tests may say where sessions are
class ClusterConfiguration {

    @Bean
    HazelcastMembers members(
            ClusterSettings settings,
            @Value("${microgpt.store.url:}") String storeUrl,
            @Value("${microgpt.store.enabled:true}") boolean isStored) {
        requireSharedStore(storeUrl, isStored);
        return HazelcastMembers.start(
                settings, new Node(UUID.randomUUID(), settings.address(), settings.forwardPort()));
    }

    /// Not part of the settings of the cluster, which do not know those of the store.
    ///
    /// @throws ClusterException unless there is a database that several nodes can share
    static void requireSharedStore(String url, boolean isStored) {
        if (!isStored || !url.startsWith("jdbc:postgresql:")) {
            throw new ClusterException(
                    "The nodes of a cluster share a PostgreSQL database, but "
                            + (isStored
                                    ? "microgpt.store.url is '" + url + "'"
                                    : "microgpt.store.enabled is false"),
                    "Set microgpt.store.url to a URL such as jdbc:postgresql://host/database, or"
                            + " microgpt.cluster.enabled to false.",
                    null);
        }
    }

    @Bean
    Buckets sharedBuckets(HazelcastMembers members, MeterRegistry metrics) {
        return new HazelcastBuckets(members.hazelcast(), metrics);
    }

    @Bean
    @Primary
    OneTimeTokenService sharedTickets(HazelcastMembers members) {
        return new HazelcastTickets(members.hazelcast());
    }

    @Bean
    PartitionKeeper partitionKeeper(
            Members members, PartitionStore store, SessionService sessions) {
        return new PartitionKeeper(members, store, sessions.transfer());
    }

    @Bean
    PartitionLoop partitionLoop(PartitionKeeper keeper, Members members, SessionService sessions) {
        return new PartitionLoop(keeper, members, sessions.transfer());
    }

    @Bean
    DrainEndpoint drainEndpoint(PartitionLoop loop) {
        return new DrainEndpoint(loop);
    }

    @Bean
    HealthIndicator clusterHealthIndicator(Members members) {
        return new ClusterHealth(members);
    }

    @Bean
    MeterBinder clusterMetrics(Members members, PartitionKeeper keeper) {
        return new ClusterMetrics(members, keeper);
    }
}
