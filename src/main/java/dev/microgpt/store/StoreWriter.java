package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.Holding;

import io.micrometer.core.instrument.MeterRegistry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/// Writes to the database on a single thread. The writes that arrive during one transaction are combined into
/// the next (group commit).
///
/// Changes are written in the order of the calls, and so are all writes of one session. But callers wait for
/// changes and not for snapshots, which are large; so a change overtakes the snapshots of other sessions.
///
/// A write that fails completes its future exceptionally and is never retried later. While the disk is full
/// or not writable, changes are rejected before they are made, and a small probe write checks every 500 ms
/// whether the database can be written to again. So are they while the [SpaceReserve] is missing, since they
/// would take the space that deletes need.
///
/// If the connection to the database is lost, it is unknown whether the writes in progress were committed. They
/// stay in progress until that is found out, and are repeated if they were not; changes are rejected meanwhile.
/// Thread-safe.
final class StoreWriter implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StoreWriter.class);

    /// Callers wait for their writes, so each call has at most one in the queue.
    private static final int MAX_PENDING = 20_000;

    private static final int MAX_BATCH = 256;
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(4);

    /// Snapshots are large. Few in a transaction keep it short, so that changes wait less, and little is lost
    /// if the process ends.
    private static final int MAX_SNAPSHOTS_PER_BATCH = 2;

    /// How long snapshots are still written when the writer is being closed.
    static final Duration SNAPSHOT_TIME = Duration.ofSeconds(1);

    /// How long the writer looks for the outcome of its writes when it is being closed.
    private static final Duration OUTCOME_TIME = Duration.ofSeconds(2);

    private final Transactions transactions;
    private final WriteErrors errors;
    private final SpaceReserve reserve;
    private final Runnable probe;
    private final Committer committer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// The pending changes, and the snapshots of their sessions that must be written before them.
    private final ArrayDeque<Write> changes = new ArrayDeque<>();

    /// The other pending snapshots by epoch, oldest first.
    private final LinkedHashMap<Long, Write> snapshots = new LinkedHashMap<>();

    private final Thread thread;
    private final Duration snapshotTime;
    private boolean closed;
    private long closedNanos;

    /// Why changes are rejected; null while the database can be written to.
    private volatile @Nullable SessionException rejection;

    /// @param target what is written; null for something that belongs to no session
    private record Write(
            Kind kind, @Nullable Target target, Runnable action, CompletableFuture<Void> done) {

        Write(Kind kind, @Nullable Target target, Runnable action) {
            this(kind, target, action, new CompletableFuture<>());
        }
    }

    /// The session that a write changes.
    ///
    /// @param holding the ownership under which the write was made
    record Target(Holding holding, long epoch) {}

    private enum Kind {
        CHANGE,
        /// May use the disk reserve.
        RESERVED,
        /// May be dropped, as the changes are stored as well.
        SNAPSHOT
    }

    /// @param probe writes a little, and fails if the disk is full
    /// @param snapshotTime how long snapshots are still written when the writer is being closed
    StoreWriter(
            Transactions transactions,
            WriteErrors errors,
            SpaceReserve reserve,
            Runnable probe,
            MeterRegistry metrics,
            Duration snapshotTime) {
        this.snapshotTime = snapshotTime;
        this.transactions = transactions;
        this.errors = errors;
        this.reserve = reserve;
        this.probe = probe;
        committer =
                new Committer(transactions, errors, this::rejectChanges, this::mustGiveUp, metrics);
        if (!reserve.isFilled()) {
            rejectChanges(reserveMissing());
        }
        thread = Thread.ofPlatform().name("store").daemon().start(this::run);
    }

    /// Queues a write that belongs to no session. The future completes when the write is committed.
    ///
    /// @param action runs in a transaction, possibly with other writes, possibly more than once
    CompletableFuture<Void> write(Runnable action) {
        return enqueue(new Write(Kind.CHANGE, null, action));
    }

    /// Queues a change of a session. The future completes when the write is committed.
    ///
    /// @param action runs in a transaction, possibly with other writes, possibly more than once
    CompletableFuture<Void> write(Target target, Runnable action) {
        return enqueue(new Write(Kind.CHANGE, target, action));
    }

    /// Queues a write that may use the disk reserve when the disk is full: a delete, or one that stops a run.
    ///
    /// @param action runs in a transaction, possibly with other writes, possibly more than once
    CompletableFuture<Void> writeWithReserve(Target target, Runnable action) {
        return enqueue(new Write(Kind.RESERVED, target, action));
    }

    /// Queues the write of a snapshot, which fails if the writer is closed and there is no time left for it.
    ///
    /// @param action runs in a transaction, possibly with other writes, possibly more than once
    CompletableFuture<Void> writeSnapshot(Target target, Runnable action) {
        return enqueue(new Write(Kind.SNAPSHOT, target, action));
    }

    private CompletableFuture<Void> enqueue(Write write) {
        boolean isClosed;
        lock.lock();
        try {
            isClosed = closed;
            if (!isClosed) {
                add(write);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (isClosed) {
            write.done.completeExceptionally(shuttingDown());
        }
        return write.done;
    }

    private void add(Write write) {
        Long epoch = write.target == null ? null : write.target.epoch;
        Write snapshot = epoch == null ? null : snapshots.remove(epoch);
        if (snapshot != null) {
            changes.add(snapshot);
        }
        if (epoch != null && write.kind == Kind.SNAPSHOT) {
            snapshots.put(epoch, write);
        } else {
            changes.add(write);
        }
    }

    private static SessionException shuttingDown() {
        return SessionException.shuttingDown();
    }

    /// Checks whether a change can be accepted.
    ///
    /// @throws SessionException `storage_full` or `store_unavailable` while changes are rejected, `busy` if the
    ///     queue is full
    void requireWritable() {
        SessionException reason = rejection;
        if (reason != null) {
            throw copy(reason);
        }
        lock.lock();
        try {
            if (pending() >= MAX_PENDING) {
                throw new SessionException(
                        ErrorCode.BUSY,
                        "%d changes are waiting to be written, and the maximum is %d"
                                .formatted(pending(), MAX_PENDING));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Returns whether the database has been out of reach for so long that nobody should wait for a write.
    boolean isUnavailable() {
        return committer.isUnavailable();
    }

    /// Rejects calls that need the database while it is out of reach, so that they do not wait for it.
    ///
    /// @throws SessionException `store_unavailable`
    void requireAvailable() {
        SessionException reason = rejection;
        if (reason != null && reason.code() == ErrorCode.STORE_UNAVAILABLE) {
            throw copy(reason);
        }
    }

    /// Notes that a read has failed because the database is out of reach.
    void reportUnavailable(SessionException reason) {
        lock.lock();
        try {
            rejectChanges(reason);
            changed.signalAll(); // to begin probing
        } finally {
            lock.unlock();
        }
    }

    boolean isRejectingChanges() {
        return rejection != null;
    }

    int numPending() {
        lock.lock();
        try {
            return pending();
        } finally {
            lock.unlock();
        }
    }

    private int pending() {
        return changes.size() + snapshots.size();
    }

    /// Returns a copy with the stack trace of the present call.
    private static SessionException copy(SessionException e) {
        return new SessionException(e.code(), String.valueOf(e.getMessage()));
    }

    private void run() {
        while (true) {
            dropLateSnapshots();
            List<Write> batch = takeBatch();
            if (batch == null) {
                return;
            }
            if (batch.isEmpty()) {
                probe();
            } else {
                writeBatch(batch);
            }
        }
    }

    /// Fails the pending snapshots once the time for them is over, so that the changes are written in time.
    private void dropLateSnapshots() {
        List<Write> late = new ArrayList<>();
        lock.lock();
        try {
            if (closed && System.nanoTime() - closedNanos >= snapshotTime.toNanos()) {
                changes.stream().filter(write -> write.kind == Kind.SNAPSHOT).forEach(late::add);
                changes.removeAll(late);
                late.addAll(snapshots.values());
                snapshots.clear();
            }
        } finally {
            lock.unlock();
        }
        if (!late.isEmpty()) {
            log.warn(
                    "No time is left for {} snapshots: their sessions compute the steps since the last ones"
                            + " again when they are used",
                    late.size());
            late.forEach(write -> write.done.completeExceptionally(shuttingDown()));
        }
    }

    /// Waits for writes. Returns an empty list when a probe is due, and null when the writer is closed and
    /// nothing is pending.
    private @Nullable List<Write> takeBatch() {
        lock.lock();
        try {
            long nanos = PROBE_INTERVAL.toNanos();
            while (pending() == 0 && !closed) {
                if (rejection == null) {
                    changed.awaitUninterruptibly();
                } else if (nanos <= 0) {
                    return List.of();
                } else {
                    nanos = changed.awaitNanos(nanos);
                }
            }
            return pending() == 0 ? null : nextBatch();
        } catch (InterruptedException _) {
            return null; // nothing interrupts this thread, except to end it
        } finally {
            lock.unlock();
        }
    }

    private List<Write> nextBatch() {
        List<Write> batch = new ArrayList<>();
        int numSnapshots = 0;
        while (batch.size() < MAX_BATCH
                && numSnapshots < MAX_SNAPSHOTS_PER_BATCH
                && pending() > 0) {
            Write write =
                    changes.isEmpty() ? snapshots.pollFirstEntry().getValue() : changes.remove();
            batch.add(write);
            numSnapshots += write.kind == Kind.SNAPSHOT ? 1 : 0;
        }
        return batch;
    }

    private void writeBatch(List<Write> batch) {
        if (!hasReserve()) {
            batch.forEach(this::writeAlone);
            return;
        }
        try {
            commit(batch);
        } catch (RuntimeException | Error e) {
            if (errors.isTransient(e)) { // the writer is being closed
                batch.forEach(write -> fail(write, errors.toSessionException(e)));
                return;
            }
            log.debug("A batch failed; its changes are written one by one: {}", e.getMessage());
            batch.forEach(this::writeAlone);
            return;
        }
        rejection = null;
        batch.forEach(write -> write.done.complete(null));
    }

    /// Creates the reserve if it is missing; if that is not possible yet, rejects changes.
    private boolean hasReserve() {
        reserve.refill();
        if (reserve.isFilled()) {
            return true;
        }
        rejectChanges(reserveMissing());
        return false;
    }

    private static SessionException reserveMissing() {
        return new SessionException(
                ErrorCode.STORAGE_FULL,
                "changes cannot be stored because the disk of microgpt.data-dir is full: the reserve for"
                        + " deletes is missing, and is created when %d MB are free"
                                .formatted(DiskReserve.MIN_FREE_BYTES >> 20));
    }

    private void writeAlone(Write write) {
        if (write.kind != Kind.RESERVED && !reserve.isFilled()) {
            fail(write, reserveMissing());
            return;
        }
        try {
            if (write.kind == Kind.RESERVED) {
                reserve.write(
                        write.action, action -> committer.commit(sessions(List.of(write)), action));
            } else {
                commit(List.of(write));
            }
        } catch (RuntimeException | Error e) {
            SessionException reason = errors.toSessionException(e);
            if (reason.code() == ErrorCode.INTERNAL) {
                log.error("A change could not be stored", e);
            }
            fail(write, reason);
            return;
        }
        if (!reserve.isFilled()) {
            rejectChanges(reserveMissing());
        }
        write.done.complete(null);
    }

    private void fail(Write write, SessionException reason) {
        if (reason.code() == ErrorCode.STORAGE_FULL
                || reason.code() == ErrorCode.STORE_UNAVAILABLE) {
            rejectChanges(reason);
        }
        write.done.completeExceptionally(copy(reason));
    }

    private void rejectChanges(SessionException reason) {
        if (rejection == null) {
            log.error("{}; changes that do not fit are rejected", reason.getMessage());
        }
        rejection = reason;
    }

    private void probe() {
        if (!hasReserve()) {
            return;
        }
        try {
            committer.commit(
                    Set.of(),
                    () -> {
                        transactions.requireExclusive();
                        probe.run();
                    });
            rejection = null;
            log.info("The store is writable again; changes are accepted");
        } catch (RuntimeException | Error e) {
            log.debug("The store is still not writable: {}", e.getMessage());
        }
    }

    private void commit(List<Write> batch) {
        committer.commit(sessions(batch), () -> batch.forEach(write -> write.action.run()));
    }

    private static Set<Holding> sessions(List<Write> batch) {
        return batch.stream()
                .map(Write::target)
                .filter(Objects::nonNull)
                .map(Target::holding)
                .collect(Collectors.toSet());
    }

    private boolean mustGiveUp() {
        lock.lock();
        try {
            return closed && System.nanoTime() - closedNanos >= OUTCOME_TIME.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /// Completes the pending writes and stops the thread, waiting for up to 4 s. Snapshots are written for the
    /// first second only.
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closedNanos = System.nanoTime();
            }
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(CLOSE_TIMEOUT)) {
                log.error("Not all changes could be stored within {}", CLOSE_TIMEOUT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
