package dev.microgpt.store;

import com.zaxxer.hikari.HikariDataSource;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.flywaydb.core.Flyway;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

import java.nio.file.Path;
import java.util.Map;

import javax.sql.DataSource;

/// Opens the store, with its health and its metrics.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "microgpt.store.enabled", matchIfMissing = true)
class StoreConfiguration {

    private static final int PAGE_BYTES = 4096;
    private static final int LOCK_TIMEOUT_MILLIS = 10_000;

    /// One writes; the others rehydrate sessions.
    private static final int CONNECTIONS = 4;

    @Bean
    DataDirectory dataDirectory(StoreSettings settings) {
        return new DataDirectory(settings.dataDir());
    }

    @Bean
    HikariDataSource storeDataSource(DataDirectory directory, StoreSettings settings) {
        HikariDataSource pool = new HikariDataSource(); // opens no connection before the first use
        pool.setPoolName("store");
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(1);
        pool.setDataSource(sqlite(directory.database(), settings.store()));
        return pool;
    }

    private static DataSource sqlite(Path database, StoreSettings.Store settings) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(
                switch (settings.sync()) {
                    case PROCESS -> SQLiteConfig.SynchronousMode.NORMAL;
                    case POWER -> SQLiteConfig.SynchronousMode.FULL;
                });
        long pages = settings.maxSize().toBytes() / PAGE_BYTES;
        config.setPageSize(PAGE_BYTES);
        config.setMaxPageCount((int) Math.min(Integer.MAX_VALUE, pages));
        config.enforceForeignKeys(true);
        config.setBusyTimeout(LOCK_TIMEOUT_MILLIS);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + database);
        return source;
    }

    /// The bean's name matters: `management.endpoint.health.group.readiness.include` refers to it.
    @Bean
    HealthIndicator storeHealthIndicator(DataDirectory directory) {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + directory.database());
        return new StoreHealth(source);
    }

    @Bean
    DatabaseStore sessionStore(
            DataDirectory directory,
            DataSource source,
            StoreSettings settings,
            MeterRegistry metrics) {
        JdbcClient jdbc = JdbcClient.create(source);
        new IntegrityCheck(directory.database(), jdbc).requireIntact();
        Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/migration")
                .placeholders(Map.of("bytes", "BLOB"))
                .load()
                .migrate();
        return new DatabaseStore(
                jdbc,
                new TransactionTemplate(new JdbcTransactionManager(source)),
                new DiskReserve(settings.dataDir(), jdbc),
                metrics);
    }

    @Bean
    MeterBinder storeMetrics(DataDirectory directory, StoreSettings settings, DatabaseStore store) {
        return new StoreMetrics(directory.database(), settings.store().maxSize().toBytes(), store);
    }
}
