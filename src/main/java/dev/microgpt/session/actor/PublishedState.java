package dev.microgpt.session.actor;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.RunView;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a session publishes: how it is between two slices of work.
///
/// @param view the session from outside
/// @param epoch another one when the session was started again, or deleted and made again
/// @param losses of the present parameters. They keep growing. Another object where the session has gone
///     back to what is stored
/// @param newest the newest step that was looked at closely; with traces while somebody wants them.
///     Null before the first step
/// @param longestSequence positions that a step trains at most; 0 before documents are loaded
/// @param runs the newest, oldest first; empty while the session is put away
/// @param deleted whether the session is gone
public record PublishedState(
        SessionView view,
        long epoch,
        LossHistory losses,
        @Nullable StepResult newest,
        int longestSequence,
        List<RunView> runs,
        boolean deleted) {

    /// Of a session that is put away: its losses are unknown until it is in use again.
    static PublishedState ofStored(long epoch, SessionView view) {
        return new PublishedState(
                view, epoch, LossHistory.startingAfter(view.step()), null, 0, List.of(), false);
    }

    /// Which state of the session it shows: no two that differ in their parameters have the same.
    public String version() {
        return epoch + "-" + view.step();
    }

    /// Numbers in the traces of a step, at most.
    public long tracesPerStep() {
        return traces(longestSequence);
    }

    /// Numbers in the traces of a forward pass.
    ///
    /// @param tokens positions of it
    public long traces(int tokens) {
        Integer vocabSize = view.vocabSize();
        return vocabSize == null ? 0 : Trace.size(view.options(), vocabSize, tokens);
    }

    PublishedState afterDelete() {
        return new PublishedState(view, epoch, losses, newest, longestSequence, runs, true);
    }
}
