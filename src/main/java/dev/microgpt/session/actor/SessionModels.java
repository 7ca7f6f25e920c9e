package dev.microgpt.session.actor;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.history.Keyframes;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.ModelSource;

import org.jspecify.annotations.Nullable;

/// The models of a session in memory, for those who ask.
record SessionModels(ActiveSession session) implements ModelSource {

    @Override
    public MicroGpt model() {
        return session.model();
    }

    @Override
    public Timeline timeline() {
        return session.timeline();
    }

    @Override
    public Keyframes keyframes() {
        return session.keyframes();
    }

    @Override
    public AsOf<LanguageModel> modelAsOf(@Nullable Long step) {
        if (step == null) {
            requireStep(null);
            return new AsOf<>(session.step(), model().languageModel());
        }
        ModelState past = stateAsOf(step);
        return new AsOf<>(past.step(), model().modelAt(past));
    }

    @Override
    public ModelState stateAsOf(@Nullable Long step) {
        requireStep(step);
        if (step == null || isPresent(step)) {
            return model().state();
        }
        ModelState keyframe = keyframes().atOrBefore(step);
        if (keyframe == null) {
            throw new IllegalStateException("there is no keyframe for step " + step);
        }
        return keyframe;
    }

    /// Whether the model as of the step is the model as it is.
    boolean isPresent(long step) {
        return step == session.step() && !session.hasFailed();
    }

    /// A failed session cannot be used as it is, but as it was.
    ///
    /// @param step null for the present one
    void requireStep(@Nullable Long step) {
        if (step == null) {
            Preconditions.requireUsable(session.view());
        } else {
            Preconditions.requireLoaded(session.view());
            InvalidInputException.requireRange(
                    "step", step, keyframes().firstStep(), session.step());
        }
    }
}
