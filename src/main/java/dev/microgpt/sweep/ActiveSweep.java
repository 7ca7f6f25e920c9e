package dev.microgpt.sweep;

import dev.microgpt.session.persistence.Holding;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/// A sweep that has not ended and is advanced by this process. Its state is changed by callers, and the statuses of its
/// trials by the driver. Both are stored in the order in which they change. Thread-safe.
final class ActiveSweep {

    private final SweepStore store;
    private final Holding holding;
    private final ReentrantLock stepping = new ReentrantLock();

    private Sweep current; // guarded by this
    private boolean isClosed; // guarded by this
    private final Set<Integer> unsaved = new HashSet<>(); // guarded by this

    private volatile @Nullable String message;

    private volatile boolean mayBeCutOff = true;

    /// When trials may begin again after an obstacle, in the time of the ticker; null if they may.
    private volatile @Nullable Long retryNanos;

    ActiveSweep(SweepStore store, Sweep sweep) {
        this.store = store;
        holding = store.holding(sweep);
        current = sweep;
    }

    synchronized Sweep current() {
        return current;
    }

    /// The lock that the driver holds while it advances the sweep.
    ReentrantLock stepping() {
        return stepping;
    }

    /// Returns whether the sweep still belongs to this process, under the same ownership.
    boolean isPresent() {
        return store.isOwner(current()) && store.holding(current()).equals(holding);
    }

    /// Returns whether the sweep is deleted, so that it is not to be advanced.
    synchronized boolean isClosed() {
        return isClosed;
    }

    synchronized void setClosed(boolean closed) {
        isClosed = closed;
    }

    /// Returns why no trial can begin; null if one can.
    @Nullable String message() {
        return message;
    }

    /// Returns whether an earlier step, perhaps of another process, may have been cut off.
    boolean mayBeCutOff() {
        return mayBeCutOff;
    }

    /// Notes why no trial can begin.
    ///
    /// @param retryAt when to try again, in the time of the ticker
    void block(String why, long retryAt) {
        mayBeCutOff = true;
        message = why;
        retryNanos = retryAt;
    }

    /// Notes that a step was completed.
    void unblock() {
        mayBeCutOff = false;
        message = null;
        retryNanos = null;
    }

    boolean mayBegin(long nanos) {
        Long retryAt = retryNanos;
        return retryAt == null || nanos - retryAt >= 0;
    }

    /// Changes the state, unless the sweep has ended or is being cancelled.
    ///
    /// @return completes when the change is stored
    synchronized CompletableFuture<Void> change(SweepState next) {
        if (current.hasEnded()
                || current.state() == SweepState.CANCELLED
                || current.state() == next) {
            return CompletableFuture.completedFuture(null);
        }
        Sweep before = current;
        // A step that was cut off may have paused runs without noting it.
        Map<Integer, TrialStatus> toResume =
                next == SweepState.RUNNING ? current.runningAsPaused() : Map.of();
        current = current.withState(next).with(toResume, current.createdAt());
        return store.update(holding, current, toResume.keySet())
                .whenComplete(
                        (_, failure) -> {
                            if (failure != null) {
                                undo(before.state(), next);
                            }
                        });
    }

    private synchronized void undo(SweepState before, SweepState failed) {
        if (current.state() == failed && !current.hasEnded()) {
            current = current.withState(before);
        }
    }

    /// Notes the statuses of some trials, and stores them with those that could not be stored before.
    ///
    /// @param changes by the numbers of the trials
    /// @return completes when they are stored
    synchronized CompletableFuture<Void> note(Map<Integer, TrialStatus> changes, Instant now) {
        current = current.with(changes, now);
        unsaved.addAll(changes.keySet());
        if (unsaved.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<Integer> saved = List.copyOf(unsaved);
        return store.update(holding, current, saved)
                .whenComplete(
                        (_, failure) -> {
                            if (failure == null) {
                                forget(saved);
                            }
                        });
    }

    private synchronized void forget(Collection<Integer> saved) {
        unsaved.removeAll(saved);
    }

    /// Returns whether the sweep has ended and all of it is stored.
    synchronized boolean isDone() {
        return current.hasEnded() && unsaved.isEmpty();
    }

    /// Deletes the sweep from the store.
    CompletableFuture<Void> delete() {
        return store.delete(holding, current());
    }
}
