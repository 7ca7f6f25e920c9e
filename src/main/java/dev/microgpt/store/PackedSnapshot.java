package dev.microgpt.store;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.persistence.SessionSnapshot;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A save as it is written. It is packed as a whole before any of it is: what could not be read again is
/// refused while the save before is still there.
///
/// @param contents null where there is no model yet
record PackedSnapshot(String options, byte[] past, byte[] runs, @Nullable Contents contents) {

    record Contents(
            int nextDocument,
            byte[] random,
            byte[] weights,
            byte[] lossSummary,
            LossHistory.Run losses,
            List<Keyframe> keyframes,
            List<Long> keyframeSteps) {

        static Contents of(SessionSnapshot.Contents contents) {
            requireSummaries(contents.summaries());
            FiniteCheck.requireAll("a loss", contents.losses().losses());
            ModelState model = contents.model();
            model.options().random().restore(contents.random()); // throws where it cannot
            return new Contents(
                    model.nextDocument(),
                    PackedNumbers.ofInts(contents.random()),
                    PackedWeights.pack(model),
                    PackedNumbers.ofDoubles(contents.summaries()),
                    contents.losses(),
                    contents.keyframes().stream().map(Keyframe::of).toList(),
                    contents.keyframeSteps());
        }

        /// Infinity is the minimum of no losses.
        private static void requireSummaries(double[] summaries) {
            for (double number : summaries) {
                if (Double.isNaN(number)) {
                    throw new IllegalArgumentException(
                            "a summary of losses is NaN and is not written");
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

    /// @throws IllegalArgumentException if it could not be read again
    static PackedSnapshot of(SessionSnapshot save) {
        SessionSnapshot.Contents contents = save.contents();
        return new PackedSnapshot(
                StoredOptions.write(save.view().options()),
                StoredTimeline.write(save.past()),
                StoredRun.write(save.runs()),
                contents == null ? null : Contents.of(contents));
    }
}
