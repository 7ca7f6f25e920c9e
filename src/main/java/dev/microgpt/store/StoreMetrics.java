package dev.microgpt.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Shows how large the store is, and whether it is full.
final class StoreMetrics implements MeterBinder {

    private final Path database;
    private final Path log;
    private final long maxBytes;
    private final DatabaseStore store;

    /// @param database its file
    /// @param maxBytes how large that may become
    StoreMetrics(Path database, long maxBytes, DatabaseStore store) {
        this.database = database;
        log = database.resolveSibling(database.getFileName() + "-wal");
        this.maxBytes = maxBytes;
        this.store = store;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("microgpt.store.size", () -> size(database) + size(log))
                .description("Size of the database with its log")
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
        Gauge.builder("microgpt.store.max.size", () -> maxBytes)
                .description("Size at which the database is full")
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
        Gauge.builder("microgpt.store.full", () -> store.hasTrouble() ? 1 : 0)
                .description("1 while changes are refused, as they cannot be written")
                .register(registry);
        Gauge.builder("microgpt.store.waiting", store::numWaiting)
                .description("Changes that wait to be written")
                .register(registry);
    }

    private static double size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException _) {
            return 0; // there is no log after a clean end
        }
    }
}
