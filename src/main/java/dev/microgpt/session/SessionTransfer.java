package dev.microgpt.session;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.StoredSession;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/// Takes sessions over from the store, and hands them over to another process. Thread-safe.
public interface SessionTransfer {

    /// Adds stored sessions, which belong to this process now.
    ///
    /// @param continuesRuns whether active runs continue, or are paused
    void takeOver(Collection<StoredSession> stored, boolean continuesRuns);

    /// Returns the number of sessions in this process that satisfy a condition.
    long count(Predicate<SessionId> condition);

    /// Returns how long each session has trained in this process, in nanoseconds.
    Map<SessionId, Long> trainingNanos();

    /// Stores sessions and removes them from this process. Each ends between two slices: its run goes on elsewhere,
    /// and calls in progress fail with `moving`.
    ///
    /// @return completes when all have ended; exceptionally, if the state of one could not be stored
    CompletableFuture<Void> handOver(Predicate<SessionId> condition);

    /// Removes sessions that belong to another process already.
    ///
    /// @return completes when all have ended
    CompletableFuture<Void> drop(Predicate<SessionId> condition);
}
