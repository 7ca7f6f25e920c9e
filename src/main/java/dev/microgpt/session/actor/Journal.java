package dev.microgpt.session.actor;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Change;
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

/// Stores a session: appends each change, and writes a full save from time to time, so that little has to
/// be computed again. Confined to the session's actor.
final class Journal {

    /// A save comes after so much training: at most so much has to be done again.
    private static final long TRAINING_PER_SAVE = TimeUnit.SECONDS.toNanos(1);

    /// Saving takes at most this part of the time of training.
    private static final int SHARE = 50;

    /// So many changes since the last save make another one worth while.
    private static final int MOST_CHANGES = 1000;

    private final SessionId id;
    private final SessionStore store;
    private final LongSupplier nanos;
    private long number; // of the last change

    /// Changes that nobody waits for, and that could not be written yet.
    private final List<Change> backlog = new ArrayList<>();

    /// What is stored for sure; null before the first save of this life.
    private @Nullable Mark saved;

    private final Set<Long> savedKeyframes = new HashSet<>();

    /// The save that is being written.
    private @Nullable SessionSnapshot pending;

    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
    private volatile long savingNanos; // of the last save, all of it
    private long trainingNanos; // since the last save

    /// Up to where a save goes.
    private record Mark(long step, long change) {}

    /// For a session that is not stored yet.
    ///
    /// @param nanos what time it is
    Journal(SessionId id, SessionStore store, LongSupplier nanos) {
        this.id = id;
        this.store = store;
        this.nanos = nanos;
    }

    /// Takes note of what is stored.
    ///
    /// @param step of the newest save
    /// @param change the last one in it
    void restore(long step, long change, List<ModelState> keyframes) {
        number = change;
        saved = new Mark(step, change);
        keyframes.forEach(keyframe -> savedKeyframes.add(keyframe.step()));
    }

    /// A change was made again.
    void remade() {
        number++;
    }

    /// Begins a new life.
    CompletableFuture<Void> begin(ActiveSession session, IdempotencyStore.@Nullable Entry answer) {
        number = 0;
        backlog.clear(); // it belongs to the life before
        saved = null;
        savedKeyframes.clear();
        SessionSnapshot save = save(session);
        CompletableFuture<Void> written = store.begin(save, answer);
        write(save, written);
        return written;
    }

    /// Appends changes, with those that could not be written before, all or none.
    CompletableFuture<Void> append(
            List<Change> changes, ActiveSession session, IdempotencyStore.@Nullable Entry answer) {
        backlog.addAll(changes);
        return store.append(
                session.epoch(),
                number + 1,
                List.copyOf(backlog),
                session.view(),
                session.runs().isActive(),
                answer);
    }

    /// What was to be appended is stored.
    void appended() {
        number += backlog.size();
        backlog.clear();
    }

    boolean hasBacklog() {
        return !backlog.isEmpty();
    }

    /// The session has trained for so long.
    void trained(long trained) {
        trainingNanos += trained;
    }

    /// Should it not be possible to save it, the changes are stored all the same.
    @SuppressWarnings("FutureReturnValueIgnored")
    void saveIfDue(ActiveSession session) {
        long changes = number - (saved == null ? 0 : saved.change());
        boolean isDue = trainingNanos > Math.max(TRAINING_PER_SAVE, SHARE * savingNanos);
        if ((isDue || changes > MOST_CHANGES) && backlog.isEmpty()) {
            saveAll(session);
        }
    }

    /// Saves all of the session, unless that is being done or has been.
    ///
    /// @return completes when that is done
    CompletableFuture<Void> saveAll(ActiveSession session) {
        settle();
        if (pending == null && !isSaved(session)) {
            SessionSnapshot save = save(session);
            write(save, store.save(save));
        }
        return writing;
    }

    /// Whether all of the session is in its save, so that it can leave the memory.
    boolean isSaved(ActiveSession session) {
        settle();
        return pending == null
                && backlog.isEmpty()
                && saved != null
                && saved.change() == number
                && saved.step() == session.step();
    }

    private void write(SessionSnapshot save, CompletableFuture<Void> future) {
        long start = nanos.getAsLong();
        pending = save;
        trainingNanos = 0;
        writing = future.whenComplete((_, _) -> savingNanos = nanos.getAsLong() - start);
    }

    /// Takes note of a save that has been written, or could not be.
    private void settle() {
        SessionSnapshot written = pending;
        if (written == null || !writing.isDone()) {
            return;
        }
        pending = null;
        if (!writing.isCompletedExceptionally()) {
            saved = new Mark(written.view().step(), written.change());
            savedKeyframes.clear();
            if (written.contents() != null) {
                savedKeyframes.addAll(written.contents().keyframeSteps());
            }
        }
    }

    private SessionSnapshot save(ActiveSession session) {
        return new SessionSnapshot(
                session.epoch(),
                id.owner(),
                number,
                session.view(),
                session.isLoaded() ? contents(session) : null,
                session.timeline().past(),
                session.runs().saved());
    }

    private SessionSnapshot.Contents contents(ActiveSession session) {
        MicroGpt model = session.model();
        LossHistory losses = model.lossHistory();
        List<ModelState> keyframes = session.keyframes().upTo(session.step());
        return new SessionSnapshot.Contents(
                model.state(),
                model.random().words(),
                model.corpus(),
                saved == null ? model.order() : null,
                losses.summaries(),
                losses.held(saved == null ? 1 : saved.step() + 1),
                keyframes.stream().filter(k -> !savedKeyframes.contains(k.step())).toList(),
                keyframes.stream().map(ModelState::step).toList());
    }
}
