package dev.microgpt.session.persistence;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.run.RunSnapshot;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The full state of a session at one moment. Losses and keyframes are incremental: those in the previous
/// snapshot are left out.
///
/// @param epoch see [SessionStore]
/// @param holding the ownership under which it was made
/// @param change the number of the last change that the snapshot includes; 0 for none
/// @param view the public view of the session
/// @param contents the model and its history; null before documents are loaded
/// @param past the timeline
/// @param runs the newest runs, oldest first
public record SessionSnapshot(
        long epoch,
        Holding holding,
        long change,
        SessionView view,
        @Nullable Contents contents,
        TimelineState past,
        List<RunSnapshot> runs) {

    public SessionId id() {
        return holding.id();
    }

    /// See [SessionId#owner()].
    public String owner() {
        return id().owner();
    }

    /// The model and its history.
    ///
    /// @param model the state of the model
    /// @param random the state of the model's generator
    /// @param documents the documents that the model trains on
    /// @param order the order of the documents; null unless this is the first snapshot of an epoch, or
    ///     the first one with these documents
    /// @param summaries see [LossHistory#summaries()]
    /// @param losses the losses since the previous snapshot, see [LossHistory#exactForRestore]
    /// @param keyframes the keyframes added since the previous snapshot
    /// @param keyframeSteps the steps of all keyframes
    public record Contents(
            ModelState model,
            int[] random,
            Corpus documents,
            int @Nullable [] order,
            double[] summaries,
            LossHistory.Segment losses,
            List<ModelState> keyframes,
            List<Long> keyframeSteps) {}
}
