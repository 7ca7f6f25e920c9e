package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.OwnerQuota;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionStore;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.persistence.StoredSession;

import io.micrometer.core.instrument.MeterRegistry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// Stores sessions and idempotent responses in a database.
final class DatabaseStore implements SessionStore, IdempotencyStore, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DatabaseStore.class);

    private static final Duration READ_RETRY = Duration.ofSeconds(1);

    private final SessionTables tables;
    private final SessionReader reader;
    private final IdempotencyTable responses;
    private final SweepTable sweeps;
    private final ShareTable shares;
    private final StoreWriter writer;
    private final WriteErrors errors;
    private final Database database;
    private final Transactions transactions;

    /// Null if this process has the database for itself.
    private final @Nullable PartitionStore partitions;

    DatabaseStore(Database database, MeterRegistry metrics) {
        this.database = database;
        partitions = database.partitions();
        transactions = database.transactions();
        JdbcClient jdbc = JdbcClient.create(database.source());
        errors = database.errors();
        DocumentTable documents = new DocumentTable(jdbc, partitions != null);
        tables = new SessionTables(jdbc, documents);
        reader = new SessionReader(jdbc, documents);
        responses = new IdempotencyTable(jdbc);
        sweeps = new SweepTable(jdbc, documents);
        shares = new ShareTable(jdbc);
        writer =
                new StoreWriter(
                        transactions,
                        errors,
                        database.reserve(),
                        tables::probeSpace,
                        metrics,
                        StoreWriter.SNAPSHOT_TIME);
    }

    /// Returns the store of sweeps in the same database.
    DatabaseSweeps sweeps() {
        return new DatabaseSweeps(sweeps, this, writer, transactions, partitions);
    }

    /// Returns the store of shares in the same database.
    DatabaseShares shares() {
        return new DatabaseShares(shares, this, writer);
    }

    @Override
    public List<StoredSession> sessions() {
        return partitions == null
                ? reader.sessions(this::holding)
                : partitions.sessions(partitions.held().keySet());
    }

    @Override
    public @Nullable StoredSession findForked(SessionId id) {
        if (partitions == null || !partitions.isServed(id)) {
            return null;
        }
        Holding holding = holding(id); // before the read
        return read(() -> reader.find(holding).orElse(null));
    }

    @Override
    public List<SessionId> idsOf(String owner, String after, int limit) {
        return partitions == null
                ? List.of()
                : read(() -> reader.idsOf(owner, after, limit, partitions::isServed));
    }

    @Override
    public boolean hasEpoch(long epoch) {
        return read(() -> reader.hasEpoch(epoch));
    }

    @Override
    public boolean isOwner(SessionId id) {
        return partitions == null || partitions.isServed(id);
    }

    @Override
    public Holding holding(SessionId id) {
        return database.holding(id);
    }

    @Override
    public long nextEpoch() {
        return read(database::nextEpoch);
    }

    @Override
    public StoredSession.Contents load(long epoch) {
        try {
            return read(() -> reader.load(epoch));
        } catch (SessionException e) {
            throw e;
        } catch (RuntimeException e) {
            log.error(
                    "The session with epoch {} cannot be read from the store; other sessions are not"
                            + " affected",
                    epoch,
                    e);
            throw new SessionException(
                    ErrorCode.INTERNAL,
                    "the session cannot be read because the store is damaged (%s); delete it, replace"
                                    .formatted(e.getMessage())
                            + " it with a new one, or restore a backup of microgpt.data-dir");
        }
    }

    /// Reads from the database. Tries again for a second, as connections of the pool may be broken although new
    /// ones are possible.
    ///
    /// @throws SessionException `store_unavailable` if it is out of reach
    <T extends @Nullable Object> T read(Supplier<T> query) {
        writer.requireAvailable();
        long start = System.nanoTime();
        while (true) {
            try {
                return query.get();
            } catch (RuntimeException e) {
                if (!errors.isTransient(e)) {
                    throw e;
                }
                if (System.nanoTime() - start > READ_RETRY.toNanos()) {
                    SessionException reason = errors.toSessionException(e);
                    writer.reportUnavailable(reason);
                    throw reason;
                }
            }
        }
    }

    @Override
    public CompletableFuture<Void> begin(
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        return writer.write(
                target(snapshot), withResponse(() -> insert(snapshot, quota), response));
    }

    private void insert(SessionSnapshot snapshot, @Nullable OwnerQuota quota) {
        withinQuota(snapshot, quota, () -> tables.begin(snapshot));
    }

    /// Writes a session, and checks the quota of its owner if other processes share the database.
    private void withinQuota(SessionSnapshot snapshot, @Nullable OwnerQuota quota, Runnable write) {
        if (quota == null || partitions == null) {
            write.run();
        } else {
            transactions.lockQuotas(); // first, so that no two processes wait for each other
            write.run();
            tables.require(snapshot.owner(), quota);
        }
    }

    @Override
    public CompletableFuture<Void> continueWith(
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        return writer.write(
                target(snapshot),
                withResponse(
                        () -> withinQuota(snapshot, quota, () -> tables.continueWith(snapshot)),
                        response));
    }

    @Override
    public CompletableFuture<Void> append(
            Holding holding,
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            IdempotencyStore.@Nullable Entry response) {
        Runnable write =
                withResponse(
                        () -> tables.append(epoch, firstNumber, changes, view, hasRun), response);
        StoreWriter.Target target = new StoreWriter.Target(holding, epoch);
        return changes.stream().anyMatch(DatabaseStore::stopsRun)
                ? writer.writeWithReserve(target, write)
                : writer.write(target, write);
    }

    @Override
    public CompletableFuture<Void> beginFork(
            Holding parent,
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        Runnable write =
                () -> {
                    transactions.lock(snapshot.id());
                    if (reader.exists(snapshot.id())) {
                        throw SessionException.exists(
                                snapshot.id(), "fork to another name, or delete it first");
                    }
                    insert(snapshot, quota);
                };
        return writer.write(
                new StoreWriter.Target(parent, snapshot.epoch()), withResponse(write, response));
    }

    private static StoreWriter.Target target(SessionSnapshot snapshot) {
        return new StoreWriter.Target(snapshot.holding(), snapshot.epoch());
    }

    /// Returns whether a change is the caller's order to stop training, which would otherwise continue.
    private static boolean stopsRun(Change change) {
        return change instanceof Change.Happened(SessionEvent event, _)
                && (event.kind() == SessionEvent.Kind.PAUSED
                        || event.kind() == SessionEvent.Kind.CANCELLED);
    }

    /// Returns a write that also stores a response.
    ///
    /// @param response null for none
    Runnable withResponse(Runnable write, IdempotencyStore.@Nullable Entry response) {
        return response == null
                ? write
                : () -> {
                    write.run();
                    responses.put(response);
                };
    }

    @Override
    public CompletableFuture<Void> writeSnapshot(SessionSnapshot snapshot) {
        return writer.writeSnapshot(target(snapshot), () -> tables.save(snapshot));
    }

    @Override
    public CompletableFuture<Void> delete(Holding holding, long epoch) {
        return writer.writeWithReserve(
                new StoreWriter.Target(holding, epoch), () -> tables.delete(epoch));
    }

    @Override
    public void requireRoom() {
        writer.requireWritable();
    }

    @Override
    public boolean isUnavailable() {
        return writer.isUnavailable();
    }

    /// Returns whether changes are rejected because the disk is full or not writable.
    boolean isRejectingChanges() {
        return writer.isRejectingChanges();
    }

    /// Returns the number of writes that wait in the queue.
    int numPending() {
        return writer.numPending();
    }

    @Override
    public boolean isPersistent() {
        return true;
    }

    @Override
    public IdempotencyStore.@Nullable Entry find(String key) {
        return read(() -> responses.find(key));
    }

    /// Records the start without waiting for it: the writer keeps the order of its calls, so every later
    /// write comes after this one.
    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void started(Holding session, Idempotency idempotency, Idempotency.Start start) {
        writer.write(
                new StoreWriter.Target(session, start.epoch()),
                () -> responses.putStart(idempotency, start));
    }

    @Override
    public CompletableFuture<Void> put(IdempotencyStore.Entry response) {
        return writer.write(() -> responses.put(response));
    }

    /// Completes the pending writes and stops the writer.
    @Override
    public void close() {
        writer.close();
    }
}
