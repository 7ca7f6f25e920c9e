package dev.microgpt.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Publishes the size of the store, whether it is full, and how many writes are pending.
final class StoreMetrics implements MeterBinder {

    private final Path database;
    private final Path log;
    private final long maxBytes;
    private final DatabaseStore store;

    /// @param database the database file
    /// @param maxBytes the maximum size of that file
    StoreMetrics(Path database, long maxBytes, DatabaseStore store) {
        this.database = database;
        log = database.resolveSibling(database.getFileName() + "-wal");
        this.maxBytes = maxBytes;
        this.store = store;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("microgpt.store.size", () -> size(database) + size(log))
                .description("Size of the database and its write-ahead log")
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
        Gauge.builder("microgpt.store.max.size", () -> maxBytes)
                .description("Size at which the database is full")
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
        Gauge.builder("microgpt.store.full", () -> store.isRejectingChanges() ? 1 : 0)
                .description("1 while changes are rejected because they cannot be written")
                .register(registry);
        Gauge.builder("microgpt.store.waiting", store::numPending)
                .description("Number of changes waiting to be written")
                .register(registry);
    }

    private static double size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException _) {
            return 0; // after a clean shutdown there is no log
        }
    }
}
