package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.history.Keyframes;
import dev.microgpt.session.history.Timeline;

import org.jspecify.annotations.Nullable;

/// Gives queries access to the models of a session: the current one, and the past ones at keyframes.
public interface ModelSource {

    /// Returns the current model. It must only be read, and only within a slice, as training changes it
    /// between slices.
    MicroGpt model();

    /// Returns the session's timeline.
    Timeline timeline();

    /// Returns the session's keyframes.
    Keyframes keyframes();

    /// Returns the current model or, if a step is given, the model of the newest keyframe up to that step.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException if there is no such step
    /// @throws dev.microgpt.session.admission.SessionException `not_loaded` or `wrong_state`
    AsOf<LanguageModel> modelAsOf(@Nullable PastStep step);

    /// Returns the state of the same model, which is immutable and also contains the moments.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException if there is no such step
    /// @throws dev.microgpt.session.admission.SessionException `not_loaded` or `wrong_state`
    ModelState stateAsOf(@Nullable PastStep step);
}
