package dev.microgpt.store;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.sweep.Sweep;
import dev.microgpt.sweep.SweepStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// Stores sweeps in the database of the sessions, with its writer.
final class DatabaseSweeps implements SweepStore {

    private static final Logger log = LoggerFactory.getLogger(DatabaseSweeps.class);

    private final SweepTable table;
    private final DatabaseStore store;
    private final StoreWriter writer;
    private final Transactions transactions;

    /// Null if this process has the database for itself.
    private final @Nullable PartitionStore partitions;

    DatabaseSweeps(
            SweepTable table,
            DatabaseStore store,
            StoreWriter writer,
            Transactions transactions,
            @Nullable PartitionStore partitions) {
        this.table = table;
        this.store = store;
        this.writer = writer;
        this.transactions = transactions;
        this.partitions = partitions;
    }

    @Override
    public long nextId() {
        return store.nextEpoch();
    }

    @Override
    public CompletableFuture<Void> create(
            Sweep sweep,
            Corpus documents,
            int maxSweeps,
            IdempotencyStore.@Nullable Entry response) {
        writer.requireWritable();
        Runnable write =
                () -> {
                    transactions.lockQuotas(); // as the sweeps of the owner are counted
                    transactions.lock(sweep.home());
                    table.insert(sweep, documents, maxSweeps);
                };
        return writer.write(store.withResponse(write, response));
    }

    @Override
    public CompletableFuture<Void> update(
            Holding holding, Sweep sweep, Collection<Integer> trials) {
        return writer.writeWithReserve(
                new StoreWriter.Target(holding, sweep.id()), () -> table.update(sweep, trials));
    }

    @Override
    public CompletableFuture<Void> delete(Holding holding, Sweep sweep) {
        return writer.writeWithReserve(
                new StoreWriter.Target(holding, sweep.id()), () -> table.delete(sweep.id()));
    }

    @Override
    public @Nullable Sweep find(Caller owner, String name) {
        return store.read(() -> table.find(owner, name));
    }

    @Override
    public List<Summary> list(Caller owner) {
        return store.read(() -> table.list(owner));
    }

    @Override
    public List<Sweep> unfinished(Collection<Long> known) {
        return store.read(table::unfinished).stream()
                .filter(key -> !known.contains(key.id()))
                .filter(key -> store.isOwner(Sweep.home(key.owner(), key.name())))
                .map(this::readable)
                .filter(Objects::nonNull)
                .toList();
    }

    /// Returns a sweep; null if it was deleted meanwhile, or is damaged, which must not stop the others.
    private @Nullable Sweep readable(SweepTable.Key key) {
        try {
            return find(key.owner(), key.name());
        } catch (DamagedException e) {
            log.error("The sweep '{}' cannot be read from the store", key.name(), e);
            return null;
        }
    }

    @Override
    public Corpus documents(Sweep sweep) {
        return store.read(() -> table.documents(sweep.id()));
    }

    @Override
    public @Nullable String firstTaken(Caller owner, Collection<String> names) {
        return partitions == null ? null : store.read(() -> table.firstTaken(owner, names));
    }

    @Override
    public Holding holding(Sweep sweep) {
        return store.holding(sweep.home());
    }

    @Override
    public boolean isOwner(Sweep sweep) {
        return store.isOwner(sweep.home());
    }

    @Override
    public boolean isShared() {
        return partitions != null;
    }
}
