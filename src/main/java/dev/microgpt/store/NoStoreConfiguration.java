package dev.microgpt.store;

import dev.microgpt.session.persistence.NoStore;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Takes the place of the store where nothing is kept.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "microgpt.store.enabled", havingValue = false)
class NoStoreConfiguration {

    @Bean
    NoStore noStore() {
        return new NoStore();
    }

    /// There is nothing that could fail.
    @Bean
    HealthIndicator storeHealthIndicator() {
        return () -> Health.up().build();
    }
}
