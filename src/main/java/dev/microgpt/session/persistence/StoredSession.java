package dev.microgpt.session.persistence;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.run.RunSnapshot;

import java.util.List;

/// A session that is in the store.
///
/// @param epoch see [SessionStore]
/// @param holding the ownership under which it was read
/// @param view the session as of its last change
/// @param hasRun whether a run was active
public record StoredSession(long epoch, Holding holding, SessionView view, boolean hasRun) {

    /// The contents of a session: its newest snapshot and the changes since.
    ///
    /// @param model the model in the snapshot
    /// @param state the session's state in the snapshot
    /// @param past the timeline in the snapshot
    /// @param keyframes the keyframes up to the snapshot
    /// @param runs the runs in the snapshot, oldest first
    /// @param changes the changes since the snapshot, in the order in which they happened
    /// @param changeNumber the number of the last change that the snapshot includes
    public record Contents(
            MicroGpt model,
            SessionState state,
            TimelineState past,
            List<ModelState> keyframes,
            List<RunSnapshot> runs,
            List<Change> changes,
            long changeNumber) {}
}
