package dev.microgpt.session;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Has a session kept: each change as it happens, and all of it now and then, so that little has to be
/// computed again. Confined to the session's lane.
final class Journal {

    /// A save comes after so much training, at most so much has to be done again.
    private static final long TRAINING_PER_SAVE = TimeUnit.SECONDS.toNanos(1);

    /// Saving takes at most this part of the time of training.
    private static final int SHARE = 50;

    /// So many changes since the last save make another one worth while.
    private static final int MOST_CHANGES = 1000;

    private final SessionStore store;
    private long epoch;
    private long number; // of the last change
    private final List<Change> fresh = new ArrayList<>(); // of the turn at hand
    private @Nullable Once once; // of the turn at hand
    private CompletableFuture<Void> latest = CompletableFuture.completedFuture(null);

    /// What has been kept for sure.
    private @Nullable Mark kept;

    private final Set<Long> keptKeyframes = new HashSet<>();

    /// What is being written.
    private @Nullable SessionSave pending;

    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
    private volatile long savingNanos; // of the last save, all of it
    private long trainingNanos; // since the last save

    /// Up to where a save goes.
    private record Mark(long step, long change) {}

    /// For a session that is not kept yet.
    Journal(SessionStore store) {
        this.store = store;
    }

    /// For a session as it was kept.
    ///
    /// @param step of its newest save
    /// @param change the last one in it
    Journal(SessionStore store, long epoch, long step, long change, List<ModelState> keyframes) {
        this.store = store;
        this.epoch = epoch;
        number = change;
        kept = new Mark(step, change);
        keyframes.forEach(keyframe -> keptKeyframes.add(keyframe.step()));
    }

    /// A change was made again.
    void remade() {
        number++;
    }

    long epoch() {
        return epoch;
    }

    /// Completes when all changes so far will survive.
    CompletableFuture<Void> latest() {
        return latest;
    }

    /// A new life begins.
    ///
    /// @param mayFail whether nobody will mind if it is never written
    void begin(long newEpoch, ActiveSession session, boolean mayFail) {
        epoch = newEpoch;
        number = 0;
        fresh.clear(); // they belong to the life before
        kept = null;
        keptKeyframes.clear();
        SessionSave save = save(session);
        latest = store.begin(save, mayFail, once);
        keepAnswer();
        write(save, latest);
    }

    void add(Change change) {
        number++;
        fresh.add(change);
    }

    /// A turn begins.
    ///
    /// @param terms whose answer is to be written with what the turn changes
    void enter(CallTerms terms) {
        once = terms.once();
    }

    /// A turn ends: what it changed is written, all or none of it.
    ///
    /// @param isOver whether the call has done what it was to do
    void leave(boolean isOver, ActiveSession session) {
        if (!isOver) {
            once = null; // its answer comes later
        }
        if (!fresh.isEmpty()) {
            latest =
                    store.add(
                            epoch,
                            number - fresh.size() + 1,
                            List.copyOf(fresh),
                            session.view(),
                            session.runs().isGoing(),
                            once);
            keepAnswer();
            fresh.clear();
        }
        once = null;
        saveIfDue(session);
    }

    private void keepAnswer() {
        if (once != null) {
            once.keptWith(latest, epoch);
            once = null;
        }
    }

    /// The session has trained for so long.
    void trained(long nanos) {
        trainingNanos += nanos;
    }

    /// Should it not be possible to save it, the changes are kept all the same.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void saveIfDue(ActiveSession session) {
        long changes = number - (kept == null ? 0 : kept.change());
        boolean isDue = trainingNanos > Math.max(TRAINING_PER_SAVE, SHARE * savingNanos);
        if (isDue || changes > MOST_CHANGES) {
            saveAll(session);
        }
    }

    /// Has all of the session kept, unless it is already.
    ///
    /// @return completes when that is done
    CompletableFuture<Void> saveAll(ActiveSession session) {
        settle();
        if (pending == null && !isKept(session)) {
            SessionSave save = save(session);
            write(save, store.save(save));
        }
        return writing;
    }

    /// Whether all of the session is kept, so that it can be put away.
    boolean isKept(ActiveSession session) {
        settle();
        return pending == null
                && kept != null
                && kept.change() == number
                && kept.step() == session.step();
    }

    private void write(SessionSave save, CompletableFuture<Void> future) {
        long start = System.nanoTime();
        pending = save;
        trainingNanos = 0;
        writing = future.whenComplete((_, _) -> savingNanos = System.nanoTime() - start);
    }

    /// Takes note of a save that has been written, or could not be.
    private void settle() {
        SessionSave written = pending;
        if (written == null || !writing.isDone()) {
            return;
        }
        pending = null;
        if (!writing.isCompletedExceptionally()) {
            kept = new Mark(written.view().step(), written.change());
            keptKeyframes.clear();
            if (written.contents() != null) {
                keptKeyframes.addAll(written.contents().keyframeSteps());
            }
        }
    }

    private SessionSave save(ActiveSession session) {
        return new SessionSave(
                epoch,
                session.owner(),
                number,
                session.view(),
                session.isLoaded() ? contents(session) : null,
                session.timeline().past(),
                session.runs().saved());
    }

    private SessionSave.Contents contents(ActiveSession session) {
        MicroGpt model = session.model();
        LossHistory losses = model.lossHistory();
        List<ModelState> keyframes = session.timeline().keyframes().upTo(session.step());
        return new SessionSave.Contents(
                model.state(),
                model.random().words(),
                model.corpus(),
                kept == null ? model.order() : null,
                losses.summaries(),
                losses.held(kept == null ? 1 : kept.step() + 1),
                keyframes.stream().filter(k -> !keptKeyframes.contains(k.step())).toList(),
                keyframes.stream().map(ModelState::step).toList());
    }
}
