package dev.microgpt.store;

import dev.microgpt.share.Share;
import dev.microgpt.share.ShareStore;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Stores shares in the database of the sessions, with its writer.
final class DatabaseShares implements ShareStore {

    private final ShareTable table;
    private final DatabaseStore store;
    private final StoreWriter writer;

    DatabaseShares(ShareTable table, DatabaseStore store, StoreWriter writer) {
        this.table = table;
        this.store = store;
        this.writer = writer;
    }

    @Override
    public CompletableFuture<Void> create(Share share, String hash, int maxShares) {
        writer.requireWritable();
        return writer.write(target(share), () -> table.insert(share, hash, maxShares));
    }

    @Override
    public CompletableFuture<Void> delete(Share share) {
        return writer.writeWithReserve(target(share), () -> table.delete(share.id()));
    }

    private StoreWriter.Target target(Share share) {
        return new StoreWriter.Target(store.holding(share.session()), share.epoch());
    }

    @Override
    public List<Share> list(long epoch, Instant now) {
        return store.read(() -> table.list(epoch, now));
    }

    @Override
    public @Nullable Share findByHash(String hash) {
        return store.read(() -> table.findByHash(hash));
    }

    @Override
    public @Nullable Share findById(String id) {
        return store.read(() -> table.findById(id));
    }
}
