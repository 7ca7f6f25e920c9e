package dev.microgpt.session.actor;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.admission.OwnerQuota;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionStore;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Persists a session: appends each change, and writes a full snapshot from time to time, so that a
/// rehydration has few steps to repeat. Confined to the thread of the session's actor.
final class Journal {

    /// Training time between two snapshots, at least. About so much has to be repeated after a crash.
    private static final long MIN_TRAINING_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// Training time between two snapshots as a multiple of the time that it takes to write one.
    private static final int TRAINING_PER_WRITE = 50;

    /// Number of changes after which a snapshot is due, however little the session has trained.
    private static final int MAX_CHANGES = 1000;

    private final Holding holding;
    private final SessionStore store;
    private final LongSupplier nanos;
    private long number; // of the last change

    /// Changes for which nobody waits and whose write has failed. They are written with the next ones.
    private final List<Change> backlog = new ArrayList<>();

    /// What the newest stored snapshot contains; null before the first snapshot of the epoch.
    private @Nullable Position stored;

    private final Set<Long> storedKeyframes = new HashSet<>();

    private @Nullable PendingSnapshot pending;

    private CompletableFuture<Void> pendingWrite = CompletableFuture.completedFuture(null);
    private volatile long writeNanos; // time that the last write of a snapshot took
    private long trainingNanos; // since the last snapshot

    /// The step and the number of the last change that a snapshot contains.
    private record Position(long step, long change) {}

    /// A snapshot that is being written. The snapshot itself is large and only the store's.
    ///
    /// @param bytes its memory that is not shared with the session, about
    private record PendingSnapshot(Position position, List<Long> keyframeSteps, long bytes) {}

    /// Creates the journal of a session that is not stored yet.
    ///
    /// @param holding the ownership under which all is written
    /// @param nanos the clock
    Journal(Holding holding, SessionStore store, LongSupplier nanos) {
        this.holding = holding;
        this.store = store;
        this.nanos = nanos;
    }

    /// Continues the journal of a stored session.
    ///
    /// @param step the step of the newest snapshot
    /// @param change the number of the last change in it
    /// @param keyframes the stored keyframes
    void continueAfter(long step, long change, List<ModelState> keyframes) {
        number = change;
        stored = new Position(step, change);
        keyframes.forEach(keyframe -> storedKeyframes.add(keyframe.step()));
    }

    /// Counts a stored change that has been replayed.
    void replayed() {
        number++;
    }

    /// Begins a new epoch with a snapshot.
    ///
    /// @param parent the session that this one was forked from; null for none
    /// @param quota what the owner may have in all processes; null for no limit
    /// @param response the response to store with it; null for none
    CompletableFuture<Void> begin(
            ActiveSession session,
            @Nullable Holding parent,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        number = 0;
        backlog.clear(); // it belongs to the previous epoch
        stored = null;
        storedKeyframes.clear();
        SessionSnapshot snapshot = snapshotOf(session, true);
        CompletableFuture<Void> written =
                parent == null
                        ? store.begin(snapshot, quota, response)
                        : store.beginFork(parent, snapshot, quota, response);
        track(snapshot, written);
        return written;
    }

    /// Writes a snapshot of a session that has continued with other documents.
    ///
    /// @param quota what the owner may have in all processes; null for no limit
    /// @param response the response to store with it; null for none
    CompletableFuture<Void> continueWith(
            ActiveSession session,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        settle();
        backlog.clear(); // it is in the snapshot
        storedKeyframes.remove(session.step()); // that of the model before
        SessionSnapshot snapshot = snapshotOf(session, true);
        CompletableFuture<Void> written = store.continueWith(snapshot, quota, response);
        track(snapshot, written);
        return written;
    }

    /// Appends the backlog and some changes, all or none.
    ///
    /// @param response the response to store with them; null for none
    CompletableFuture<Void> append(
            List<Change> changes,
            ActiveSession session,
            IdempotencyStore.@Nullable Entry response) {
        backlog.addAll(changes);
        return store.append(
                holding,
                session.epoch(),
                number + 1,
                List.copyOf(backlog),
                session.view(),
                session.runs().isActive(),
                response);
    }

    /// Notes that the last [#append] has succeeded.
    void markAppended() {
        number += backlog.size();
        backlog.clear();
    }

    /// Begins to append the session's last step, and the backlog. Nothing but a snapshot may follow.
    @SuppressWarnings("FutureReturnValueIgnored")
    void appendSteps(ActiveSession session) {
        long step = session.step();
        double loss = session.model().lossHistory().exact(step, step)[0];
        append(List.of(new Change.Trained(step, loss)), session, null);
        markAppended();
    }

    /// Returns whether there are changes whose write has failed.
    boolean hasBacklog() {
        return !backlog.isEmpty();
    }

    /// Adds time that the session has trained, which brings the next snapshot closer.
    void addTrainingTime(long spentNanos) {
        trainingNanos += spentNanos;
    }

    /// Begins to write a snapshot if enough time or changes have passed since the last one. If the write
    /// fails, nothing is lost: the changes are stored anyway.
    @SuppressWarnings("FutureReturnValueIgnored")
    void writeSnapshotIfDue(ActiveSession session) {
        long changes = number - (stored == null ? 0 : stored.change());
        boolean isDue =
                trainingNanos > Math.max(MIN_TRAINING_NANOS, TRAINING_PER_WRITE * writeNanos);
        if ((isDue || changes > MAX_CHANGES) && backlog.isEmpty()) {
            writeSnapshot(session);
        }
    }

    /// Begins to write a snapshot, unless one is being written or the stored one is current.
    ///
    /// @return completes when the latest snapshot has been written
    CompletableFuture<Void> writeSnapshot(ActiveSession session) {
        settle();
        if (pending == null && !isSnapshotCurrent(session)) {
            SessionSnapshot snapshot = snapshotOf(session, false);
            track(snapshot, store.writeSnapshot(snapshot));
        }
        return pendingWrite;
    }

    /// Returns whether the stored snapshot contains the whole session, so that it can be evicted.
    boolean isSnapshotCurrent(ActiveSession session) {
        settle();
        return pending == null
                && backlog.isEmpty()
                && stored != null
                && stored.change() == number
                && stored.step() == session.step();
    }

    private void track(SessionSnapshot snapshot, CompletableFuture<Void> write) {
        long start = nanos.getAsLong();
        pending = pendingOf(snapshot);
        trainingNanos = 0;
        pendingWrite = write.whenComplete((_, _) -> writeNanos = nanos.getAsLong() - start);
    }

    private static PendingSnapshot pendingOf(SessionSnapshot snapshot) {
        Position position = new Position(snapshot.view().step(), snapshot.change());
        SessionSnapshot.Contents contents = snapshot.contents();
        if (contents == null) {
            return new PendingSnapshot(position, List.of(), 0);
        }
        int numbers = contents.losses().losses().length + contents.summaries().length;
        return new PendingSnapshot(
                position, contents.keyframeSteps(), (long) Double.BYTES * numbers);
    }

    /// Returns the memory of the snapshot that is being written, as far as it is not shared with the session.
    long bytes() {
        settle();
        return pending == null ? 0 : pending.bytes;
    }

    /// Updates what is known to be stored, if the write of the pending snapshot has ended.
    private void settle() {
        PendingSnapshot written = pending;
        if (written == null || !pendingWrite.isDone()) {
            return;
        }
        pending = null;
        if (!pendingWrite.isCompletedExceptionally()) {
            stored = written.position;
            storedKeyframes.clear();
            storedKeyframes.addAll(written.keyframeSteps);
        }
    }

    /// @param hasNewDocuments whether the stored snapshot has none or others
    private SessionSnapshot snapshotOf(ActiveSession session, boolean hasNewDocuments) {
        return new SessionSnapshot(
                session.epoch(),
                holding,
                number,
                session.view(),
                session.isLoaded() ? contentsOf(session, hasNewDocuments) : null,
                session.timeline().state(),
                session.runs().snapshots());
    }

    private SessionSnapshot.Contents contentsOf(ActiveSession session, boolean hasNewDocuments) {
        MicroGpt model = session.model();
        LossHistory losses = model.lossHistory();
        List<ModelState> keyframes = session.keyframes().upTo(session.step());
        return new SessionSnapshot.Contents(
                model.state(),
                model.random().words(),
                model.corpus(),
                hasNewDocuments ? model.order() : null,
                losses.summaries(),
                losses.exactForRestore(stored == null ? 1 : stored.step() + 1),
                keyframes.stream().filter(k -> !storedKeyframes.contains(k.step())).toList(),
                keyframes.stream().map(ModelState::step).toList());
    }
}
