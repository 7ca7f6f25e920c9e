package dev.microgpt.store;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.sweep.Sweep;
import dev.microgpt.sweep.SweepStore;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Stores sweeps in the database of the sessions, with its writer.
final class DatabaseSweeps implements SweepStore {

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
        return store.read(
                () ->
                        table.unfinished().stream()
                                .filter(sweep -> !known.contains(sweep.id()) && isOwner(sweep))
                                .map(table::withTrials)
                                .toList());
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
