package dev.microgpt.session.actor;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.RunView;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

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

    /// Identifies the state that the session is in. Two states have different versions if they differ in
    /// their parameters, in what the session is doing, in its options, or in why it failed.
    public String version() {
        CRC32 rest = new CRC32();
        String text = view.state() + " " + view.options() + " " + view.failure();
        rest.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%d-%d-%08x", epoch, view.step(), rest.getValue());
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
