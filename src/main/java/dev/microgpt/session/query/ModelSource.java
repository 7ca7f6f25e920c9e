package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.history.Keyframes;
import dev.microgpt.session.history.Timeline;

import org.jspecify.annotations.Nullable;

/// The models of a session: the present one and, at keyframes, those that it was.
public interface ModelSource {

    /// The present model. Only to be read, and only within a slice: training changes it in between.
    MicroGpt model();

    Timeline timeline();

    Keyframes keyframes();

    /// The present model; or, where a step is named, that of the newest keyframe up to it.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException if there is no such step
    /// @throws dev.microgpt.session.admission.SessionException `not_loaded` or `wrong_state`
    AsOf<LanguageModel> modelAsOf(@Nullable Long step);

    /// The same with all of the model's numbers, which never change.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException if there is no such step
    /// @throws dev.microgpt.session.admission.SessionException `not_loaded` or `wrong_state`
    ModelState stateAsOf(@Nullable Long step);
}
