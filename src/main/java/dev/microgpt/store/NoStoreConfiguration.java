package dev.microgpt.store;

import dev.microgpt.session.SessionService;
import dev.microgpt.session.persistence.NoStore;
import dev.microgpt.share.MemoryShares;
import dev.microgpt.share.ShareStore;
import dev.microgpt.sweep.MemorySweeps;
import dev.microgpt.sweep.SweepStore;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Replaces the store when `microgpt.store.enabled` is false and nothing is persisted.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "microgpt.store.enabled", havingValue = false)
class NoStoreConfiguration {

    @Bean
    NoStore noStore() {
        return new NoStore();
    }

    @Bean
    SweepStore sweepStore(NoStore store) {
        return new MemorySweeps(store);
    }

    @Bean
    ShareStore shareStore(SessionService sessions) {
        return new MemoryShares(sessions::isCurrentEpoch);
    }

    /// Always reports up: without a database, nothing can fail.
    @Bean
    HealthIndicator storeHealthIndicator() {
        return () -> Health.up().build();
    }
}
