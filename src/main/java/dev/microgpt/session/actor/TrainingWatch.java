package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.history.Divergence;
import dev.microgpt.session.history.DivergenceDetector;
import dev.microgpt.session.history.DocumentCounts;

import org.jspecify.annotations.Nullable;

/// What a session warns of: its documents, and losses that are far too high.
///
/// @param detector follows the losses of the model; null before documents are loaded
/// @param documents null for a model without documents
record TrainingWatch(@Nullable DivergenceDetector detector, @Nullable DocumentCounts documents) {

    /// @param isLoaded whether the model has documents or an alphabet
    static TrainingWatch of(MicroGpt model, boolean isLoaded) {
        return isLoaded
                ? new TrainingWatch(
                        new DivergenceDetector(model.lossHistory(), model.getConfig().vocabSize()),
                        DocumentCounts.of(model.corpus(), model.options().blockSize()))
                : new TrainingWatch(null, null);
    }

    /// Returns the divergence as of the newest step; null if training does not diverge.
    @Nullable Divergence divergence() {
        return detector == null ? null : detector.current();
    }
}
