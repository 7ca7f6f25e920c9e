package dev.microgpt.session;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;

import org.jspecify.annotations.Nullable;

/// What a session publishes after each slice of work.
///
/// @param view the session from outside
/// @param epoch another one when the session was started anew, or deleted and made again
/// @param losses of the present parameters. They go on growing
/// @param newest the newest step that was looked at closely; with traces while somebody wants them.
///     Null before the first step
/// @param longestSequence positions that a step trains at most; 0 before documents are loaded
/// @param deleted whether the session is gone
public record Snapshot(
        SessionView view,
        long epoch,
        LossHistory losses,
        @Nullable StepResult newest,
        int longestSequence,
        boolean deleted) {

    /// Of a session that is put away: its losses are unknown until it is in use again.
    static Snapshot ofStored(long epoch, SessionView view) {
        return new Snapshot(view, epoch, LossHistory.startingAfter(view.step()), null, 0, false);
    }

    /// Which state of the session it shows: no two that differ in their parameters have the same.
    public String version() {
        return epoch + "-" + view.step();
    }

    Snapshot afterDelete() {
        return new Snapshot(view, epoch, losses, newest, longestSequence, true);
    }
}
