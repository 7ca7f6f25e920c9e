package dev.microgpt.store;

import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.share.ShareStore;
import dev.microgpt.sweep.SweepStore;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import java.util.Objects;

import javax.sql.DataSource;

/// Opens the store, with its health and its metrics.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "microgpt.store.enabled", matchIfMissing = true)
class StoreConfiguration {

    @Bean
    Database database(
            StoreSettings settings, @Value("${microgpt.cluster.enabled:false}") boolean isShared) {
        return settings.open(isShared);
    }

    /// Who owns which sessions, in a cluster.
    @Bean
    @Lazy
    @ConditionalOnBooleanProperty("microgpt.cluster.enabled")
    PartitionStore partitionStore(Database database) {
        return Objects.requireNonNull(database.partitions(), "a cluster needs PostgreSQL");
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
    SweepStore sweepStore(DatabaseStore store) {
        return store.sweeps();
    }

    @Bean
    ShareStore shareStore(DatabaseStore store) {
        return store.shares();
    }

    @Bean
    MeterBinder storeMetrics(Database database, DatabaseStore store) {
        return new StoreMetrics(database, store);
    }
}
