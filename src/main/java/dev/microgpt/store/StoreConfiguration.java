package dev.microgpt.store;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import javax.sql.DataSource;

/// Opens the store, with its health and its metrics.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "microgpt.store.enabled", matchIfMissing = true)
class StoreConfiguration {

    @Bean
    Database database(StoreSettings settings) {
        return settings.open();
    }

    /// For the metrics of the pool. The database closes it.
    @Bean(destroyMethod = "")
    DataSource storeDataSource(Database database) {
        return database.source();
    }

    /// The bean's name matters: `management.endpoint.health.group.readiness.include` refers to it.
    @Bean
    HealthIndicator storeHealthIndicator(Database database) {
        return new StoreHealth(database);
    }

    @Bean
    DatabaseStore sessionStore(Database database, MeterRegistry metrics) {
        return new DatabaseStore(database, metrics);
    }

    @Bean
    MeterBinder storeMetrics(Database database, DatabaseStore store) {
        return new StoreMetrics(database, store);
    }
}
