package dev.microgpt.session;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;

import org.jspecify.annotations.Nullable;

/// What a session publishes after each slice of work.
///
/// @param view the session from outside
/// @param losses of the present parameters; another object when the session was started anew. It
///     goes on growing
/// @param newest the newest step that was looked at closely; with traces while somebody wants them.
///     Null before the first step
/// @param longestSequence positions that a step trains at most; 0 before documents are loaded
/// @param deleted whether the session is gone
public record Snapshot(
        SessionView view,
        LossHistory losses,
        @Nullable StepResult newest,
        int longestSequence,
        boolean deleted) {

    Snapshot afterDelete() {
        return new Snapshot(view, losses, newest, longestSequence, true);
    }
}
