package dev.microgpt.session.persistence;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.run.RunSnapshot;

import java.util.List;

/// A session as a store gives it back.
///
/// @param epoch see [SessionStore]
/// @param owner see [Caller#owner()]
/// @param view from outside, as of its last change
/// @param hasRun whether a run was going on
public record StoredSession(long epoch, String owner, SessionView view, boolean hasRun) {

    /// What is in it.
    ///
    /// @param model as it was at the newest save
    /// @param state as it was at the newest save
    /// @param past as it was at the newest save
    /// @param keyframes up to the newest save
    /// @param runs as they were at the newest save, oldest first
    /// @param changes since, in the order in which they happened
    /// @param changeNumber of the last one
    public record Contents(
            MicroGpt model,
            SessionState state,
            TimelineState past,
            List<ModelState> keyframes,
            List<RunSnapshot> runs,
            List<Change> changes,
            long changeNumber) {}
}
