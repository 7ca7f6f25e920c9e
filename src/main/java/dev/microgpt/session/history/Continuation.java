package dev.microgpt.session.history;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.TrainingDocuments;

/// A change of the documents: a session has continued with others, see [MicroGpt#continueWith]. As of the step of the
/// change, the model is the one after it.
///
/// @param step number of steps trained at that time
/// @param generator the state of the session's generator before the change
/// @param former the documents before the change
/// @param documents the documents after it
public record Continuation(
        long step, int[] generator, TrainingDocuments former, TrainingDocuments documents) {

    /// Repeats the change in a copy of the model. As it is deterministic, the copy equals the original.
    ///
    /// @param model the model as it was before the change
    void applyTo(MicroGpt model) {
        model.restoreRandom(generator);
        String _ = model.continueWith(documents.corpus(), true);
    }
}
