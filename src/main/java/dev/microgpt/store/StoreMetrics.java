package dev.microgpt.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;

/// Publishes the size of the store, whether it is full, and how many writes are pending.
final class StoreMetrics implements MeterBinder {

    private final Database database;
    private final DatabaseStore store;

    StoreMetrics(Database database, DatabaseStore store) {
        this.database = database;
        this.store = store;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("microgpt.store.size", database::bytes)
                .description("Size of the database and its write-ahead log")
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
        database.maxBytes()
                .ifPresent(
                        max ->
                                Gauge.builder("microgpt.store.max.size", () -> max)
                                        .description("Size at which the database is full")
                                        .baseUnit(BaseUnits.BYTES)
                                        .register(registry));
        Gauge.builder("microgpt.store.full", () -> store.isRejectingChanges() ? 1 : 0)
                .description("1 while changes are rejected because they cannot be written")
                .register(registry);
        Gauge.builder("microgpt.store.waiting", store::numPending)
                .description("Number of changes waiting to be written")
                .register(registry);
    }
}
