package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.OwnerQuota;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Stores sessions beyond the end of the process.
///
/// A session is stored as a snapshot and the changes since. An epoch begins when a session is created or gets
/// new parameters (by init, load, fork or restore), and ends with the next epoch of the same session or with
/// its deletion. No two epochs have the same number.
///
/// Several processes may share a store; each session belongs to at most one of them, and nobody else's writes of it
/// are stored: they fail with `moving`. So do writes under an earlier [Holding].
///
/// No call waits for its write. The writes of one epoch are done in the order of the calls, and so are those
/// of all sessions except for snapshots, which may be done later. A future completes when its write is durable.
/// If it fails with a [SessionException], nothing of the write was or will be stored.
public interface SessionStore {

    /// Returns all stored sessions of this process, without their contents.
    List<StoredSession> sessions();

    /// Returns a session of this process that another process has stored, as it has forked it from one of its own;
    /// null if there is none.
    ///
    /// @throws SessionException `store_unavailable` if that cannot be found out now
    @Nullable StoredSession findForked(SessionId id);

    /// Returns the ids of stored sessions of this process, in the order of their names. Empty if no other process can
    /// store any, so that the process knows all.
    ///
    /// @param after only names that follow this one
    /// @param limit maximum number of sessions
    /// @throws SessionException `store_unavailable` if that cannot be found out now
    List<SessionId> idsOf(String owner, String after, int limit);

    /// Returns whether a stored session, of any process, is in an epoch.
    ///
    /// @throws SessionException `store_unavailable` if that cannot be found out now
    boolean hasEpoch(long epoch);

    /// Returns whether a session with this id belongs, or would belong, to this process.
    boolean isOwner(SessionId id);

    /// Returns the ownership under which this process would write a session now. Does not block.
    Holding holding(SessionId id);

    /// Returns the number of a new epoch.
    ///
    /// @throws SessionException `store_unavailable` if it must be requested from the store, and that is out of reach
    long nextEpoch();

    /// Loads the contents of a session.
    ///
    /// @throws SessionException `internal` if it cannot be read, `store_unavailable` if it cannot be read now
    StoredSession.Contents load(long epoch);

    /// Begins an epoch with a snapshot, and ends the previous epoch of the same session.
    ///
    /// @param quota what the owner may have; null for no limit. Fails with `quota_exceeded` if other processes that
    ///     share the store have used it up.
    /// @param response the response to store with it; null for none
    CompletableFuture<Void> begin(
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response);

    /// Begins the first epoch of a session with a snapshot. Fails with `exists` if there is a session with this id.
    ///
    /// @param parent of the session that it was forked from. It is enough that this one belongs to this process.
    /// @param quota as in [#begin]
    /// @param response the response to store with it; null for none
    CompletableFuture<Void> beginFork(
            Holding parent,
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response);

    /// Replaces the previous snapshot, and all changes, by a snapshot of a session that has continued with other
    /// documents.
    ///
    /// @param quota as in [#begin]
    /// @param response the response to store with it; null for none
    CompletableFuture<Void> continueWith(
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response);

    /// Appends changes, all or none; even when the storage is full, if one of them pauses or cancels a run.
    ///
    /// @param firstNumber the number of the first change; changes are numbered from 1 within an epoch
    /// @param view the session after the changes
    /// @param hasRun whether a run is active after the changes
    /// @param response the response to store with them; null for none
    CompletableFuture<Void> append(
            Holding holding,
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            IdempotencyStore.@Nullable Entry response);

    /// Replaces the previous snapshot and the changes that the new one includes. May fail at a shutdown, if
    /// there is no time for it.
    CompletableFuture<Void> writeSnapshot(SessionSnapshot snapshot);

    /// Ends an epoch and deletes its session, even when the storage is full.
    CompletableFuture<Void> delete(Holding holding, long epoch);

    /// Checks, before something is changed, that the change could be stored.
    ///
    /// @throws SessionException `storage_full`, `store_unavailable`, or `busy` if too many writes are waiting
    void requireRoom();

    /// Returns whether the store has been out of reach for so long that nobody should wait for a write.
    boolean isUnavailable();

    /// Returns whether stored sessions can be loaded, so that sessions can be evicted.
    boolean isPersistent();
}
