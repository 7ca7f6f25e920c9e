package dev.microgpt.session.actor;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.RunView;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/// The state of a session that other threads see, as of the end of a slice. Immutable except for `losses`.
///
/// @param view the public view of the session
/// @param epoch changes when the session is replaced, or deleted and created again
/// @param losses the losses of the current parameters, which keep growing; another object after a rollback
/// @param validations the validation losses of the current parameters, oldest first; empty while the session is evicted
/// @param lastObserved the newest step whose full result was computed, with traces while a listener wants
///     them; null before the first step
/// @param longestSequence maximum number of positions that a step trains; 0 before documents are loaded
/// @param runs the newest runs, oldest first; empty while the session is evicted
/// @param end why the session is no longer in this process; null while it is
public record PublishedState(
        SessionView view,
        long epoch,
        LossHistory losses,
        List<ValidationLoss> validations,
        @Nullable StepResult lastObserved,
        int longestSequence,
        List<RunView> runs,
        @Nullable End end) {

    /// Why a session is no longer in this process.
    public enum End {
        /// It was deleted.
        DELETED,
        /// It belongs to another process now.
        MOVED
    }

    /// Returns the state of an evicted session, whose losses are unknown until it is rehydrated.
    static PublishedState ofStored(long epoch, SessionView view) {
        return new PublishedState(
                view,
                epoch,
                LossHistory.startingAfter(view.step()),
                List.of(),
                null,
                0,
                List.of(),
                null);
    }

    /// Returns the version of the session. Two states have different versions if they differ in their
    /// parameters, their options, their documents, or in whether and why the session runs, rests or has failed.
    public String version() {
        CRC32 rest = new CRC32();
        String text = view.state() + " " + view.options() + " " + view.failure();
        if (view.continuations() > 0) {
            text += " " + view.continuations();
        }
        rest.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%d-%d-%08x", epoch, view.step(), rest.getValue());
    }

    /// Returns the maximum number of values in the traces of a step.
    public long maxTraceSizePerStep() {
        return traceSize(longestSequence);
    }

    /// Returns the number of values in the traces of a forward pass.
    ///
    /// @param tokens number of positions
    public long traceSize(int tokens) {
        Integer vocabSize = view.vocabSize();
        return vocabSize == null ? 0 : Trace.size(view.options(), vocabSize, tokens);
    }

    /// Returns this state as the last one of the session in this process.
    PublishedState ended(End why) {
        return new PublishedState(
                view, epoch, losses, validations, lastObserved, longestSequence, runs, why);
    }
}
