package dev.microgpt.session;

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
    CompletableFuture<Void> begin(SessionSave save, boolean mayFail);

    /// Adds a change.
    ///
    /// @param number within the epoch, from 1
    /// @param view the session thereafter
    CompletableFuture<Void> add(
            long epoch, long number, Change change, SessionView view, boolean hasRun);

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
    SessionStore NONE =
            new SessionStore() {

                private final CompletableFuture<Void> done =
                        CompletableFuture.completedFuture(null);

                @Override
                public List<StoredSession> sessions() {
                    return List.of();
                }

                @Override
                public long lastEpoch() {
                    return 0;
                }

                @Override
                public StoredSession.Contents load(long epoch) {
                    throw new IllegalStateException("nothing is kept");
                }

                @Override
                public CompletableFuture<Void> begin(SessionSave save, boolean mayFail) {
                    return done;
                }

                @Override
                public CompletableFuture<Void> add(
                        long epoch, long number, Change change, SessionView view, boolean hasRun) {
                    return done;
                }

                @Override
                public CompletableFuture<Void> save(SessionSave save) {
                    return done;
                }

                @Override
                public CompletableFuture<Void> delete(long epoch) {
                    return done;
                }

                @Override
                public void requireRoom() {}

                @Override
                public boolean keepsSessions() {
                    return false;
                }
            };
}
