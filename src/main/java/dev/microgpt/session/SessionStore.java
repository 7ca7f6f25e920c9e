package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Where sessions outlive the process.
///
/// A session is kept as a save and the changes since. Each life of a name, from init, load, fork or
/// restore to the next of these or to its end, is an epoch; epochs count up and are never used twice.
/// Writing is done in the order of the calls, and no call waits for it: the futures complete when what
/// was written will survive, or fail with a [SessionException] where it may not.
public interface SessionStore {

    /// All that is kept, without what is in it.
    List<StoredSession> sessions();

    /// The largest epoch that was ever used; 0 before the first.
    long lastEpoch();

    /// What is in a session.
    ///
    /// @throws SessionException `damaged` if it cannot be read
    StoredSession.Contents load(long epoch);

    /// Begins an epoch, and ends the one before of the same name.
    ///
    /// @param mayFail whether nobody will mind if it is never written
    /// @param once whose answer is written with it; null for none
    CompletableFuture<Void> begin(SessionSave save, boolean mayFail, @Nullable Once once);

    /// Adds changes, all or none.
    ///
    /// @param firstNumber of the first one within the epoch; they count from 1
    /// @param view the session thereafter
    /// @param hasRun whether a run is going on thereafter
    /// @param once whose answer is written with them; null for none
    CompletableFuture<Void> add(
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            @Nullable Once once);

    /// Replaces the save before and the changes that are in the new one. It may fail if there is not
    /// enough room for it.
    CompletableFuture<Void> save(SessionSave save);

    /// Ends an epoch.
    CompletableFuture<Void> delete(long epoch);

    /// Checks, before anything is changed, that it could be kept.
    ///
    /// @throws SessionException `storage_full`, or `busy` if too much waits to be written
    void requireRoom();

    /// Whether sessions can be put away and be had back.
    boolean keepsSessions();

    /// Keeps nothing.
    SessionStore NONE = new NoStore();
}
