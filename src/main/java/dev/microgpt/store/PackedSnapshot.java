package dev.microgpt.store;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.persistence.SessionSnapshot;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A snapshot in the form in which it is stored. All of it is encoded before any of it is written, so that
/// a snapshot that could not be read back is rejected while the previous one still exists.
///
/// @param timeline see [StoredTimeline]
/// @param runs see [StoredRun]
/// @param contents null while there is no model
record PackedSnapshot(String options, byte[] timeline, byte[] runs, @Nullable Contents contents) {

    /// The model and its history.
    ///
    /// @param random the state of the session's random generator
    /// @param weights see [PackedWeights]
    /// @param losses the losses since the previous snapshot
    /// @param keyframes the keyframes added since the previous snapshot
    /// @param keyframeSteps the steps of all keyframes to retain
    record Contents(
            int nextDocument,
            byte[] random,
            byte[] weights,
            byte[] lossSummary,
            LossHistory.Segment losses,
            List<Keyframe> keyframes,
            List<Long> keyframeSteps) {

        static Contents of(SessionSnapshot.Contents contents) {
            requireSummaries(contents.summaries());
            FiniteCheck.requireAll("a loss", contents.losses().losses());
            ModelState model = contents.model();
            model.options().random().restore(contents.random()); // throws if that is impossible
            return new Contents(
                    model.nextDocument(),
                    PackedNumbers.ofInts(contents.random()),
                    PackedWeights.pack(model),
                    PackedNumbers.ofDoubles(contents.summaries()),
                    contents.losses(),
                    contents.keyframes().stream().map(Keyframe::of).toList(),
                    contents.keyframeSteps());
        }

        /// Rejects NaN only: infinity is legitimate, as the minimum of no losses.
        private static void requireSummaries(double[] summaries) {
            for (double number : summaries) {
                if (Double.isNaN(number)) {
                    throw new IllegalArgumentException(
                            "a summary of losses must be a number to be stored, but is NaN");
                }
            }
        }
    }

    record Keyframe(long step, int nextDocument, String options, byte[] weights) {

        static Keyframe of(ModelState state) {
            return new Keyframe(
                    state.step(),
                    state.nextDocument(),
                    StoredOptions.write(state.options()),
                    PackedWeights.pack(state));
        }
    }

    /// @throws IllegalArgumentException if the snapshot could not be read back
    static PackedSnapshot of(SessionSnapshot snapshot) {
        SessionSnapshot.Contents contents = snapshot.contents();
        return new PackedSnapshot(
                StoredOptions.write(snapshot.view().options()),
                StoredTimeline.write(snapshot.past()),
                StoredRun.write(snapshot.runs()),
                contents == null ? null : Contents.of(contents));
    }
}
