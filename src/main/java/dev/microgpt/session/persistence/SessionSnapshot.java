package dev.microgpt.session.persistence;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.run.RunSnapshot;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// All of a session at one moment, as far as it is not kept yet.
///
/// @param epoch see [SessionStore]
/// @param owner see [Caller#owner()]
/// @param change the number of the last change that is in it; 0 for none
/// @param view the session from outside
/// @param contents what is in it; null before documents are loaded
/// @param past what it remembers
/// @param runs the newest, oldest first
public record SessionSnapshot(
        long epoch,
        String owner,
        long change,
        SessionView view,
        @Nullable Contents contents,
        TimelineState past,
        List<RunSnapshot> runs) {

    /// The model and its history.
    ///
    /// @param model as it is
    /// @param random the state of its generator
    /// @param documents that it trains on
    /// @param order of the documents; null unless an epoch begins
    /// @param summaries see [LossHistory#summaries()]
    /// @param losses since the save before, see [LossHistory#held]
    /// @param keyframes that were added since the save before
    /// @param keyframeSteps of all that there are
    public record Contents(
            ModelState model,
            int[] random,
            Corpus documents,
            int @Nullable [] order,
            double[] summaries,
            LossHistory.Run losses,
            List<ModelState> keyframes,
            List<Long> keyframeSteps) {}
}
