package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Where sessions outlive the process.
///
/// A session is stored as a save and the changes since. Each life of a name, from init, load, fork or
/// restore to the next of these or to its end, is an epoch; epochs count up and are never used twice.
/// Writing is done in the order of the calls, and no call waits for it. The futures complete when what was
/// written will survive; where they fail with a [SessionException], nothing of it was written or ever will
/// be.
public interface SessionStore {

    /// All that is stored, without what is in it.
    List<StoredSession> sessions();

    /// The largest epoch that was ever used; 0 before the first.
    long lastEpoch();

    /// What is in a session.
    ///
    /// @throws SessionException `internal` if it cannot be read
    StoredSession.Contents load(long epoch);

    /// Begins an epoch, and ends the one before of the same name.
    ///
    /// @param answer to be written with it; null for none
    CompletableFuture<Void> begin(SessionSnapshot save, IdempotencyStore.@Nullable Entry answer);

    /// Appends changes, all or none.
    ///
    /// @param firstNumber of the first one within the epoch; they count from 1
    /// @param view the session after them
    /// @param hasRun whether a run is active after them
    /// @param answer to be written with them; null for none
    CompletableFuture<Void> append(
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            IdempotencyStore.@Nullable Entry answer);

    /// Replaces the save before and the changes that are in the new one.
    CompletableFuture<Void> save(SessionSnapshot save);

    /// Ends an epoch, also where there is no room for anything else.
    CompletableFuture<Void> delete(long epoch);

    /// Checks, before anything is changed, that it could be stored.
    ///
    /// @throws SessionException `storage_full`, or `busy` if too much waits to be written
    void requireRoom();

    /// Whether sessions can be put away and be had back.
    boolean keepsSessions();
}
