package dev.microgpt.session.actor;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.history.Keyframes;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.ModelSource;
import dev.microgpt.session.query.PastStep;

import org.jspecify.annotations.Nullable;

/// Gives queries access to the models of a session in memory.
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
    public AsOf<LanguageModel> modelAsOf(@Nullable PastStep step) {
        if (step == null) {
            requireStep(null);
            return new AsOf<>(session.step(), model().languageModel());
        }
        ModelState past = stateAsOf(step);
        return new AsOf<>(past.step(), LanguageModel.of(past));
    }

    @Override
    public ModelState stateAsOf(@Nullable PastStep pastStep) {
        @Nullable Long step = number(pastStep);
        requireStep(step);
        if (step == null || isPresent(step)) {
            return model().state();
        }
        ModelState keyframe = keyframes().atOrBefore(step);
        if (keyframe == null) {
            throw new IllegalStateException("there is no keyframe at or before step " + step);
        }
        return keyframe;
    }

    /// Returns the number of a step; null for the current one.
    ///
    /// @throws InvalidInputException if there is no best step
    @Nullable Long number(@Nullable PastStep step) {
        return switch (step) {
            case null -> null;
            case PastStep.At(long number) -> number;
            case PastStep.Best _ -> bestStep();
        };
    }

    private long bestStep() {
        Preconditions.requireLoaded(session.view());
        ValidationLoss best = timeline().bestValidationLoss();
        if (best == null) {
            throw InvalidInputException.outOfRange(
                    "step",
                    "best",
                    null,
                    null,
                    "step must be a number, but is best: the session has no validation loss yet,"
                            + " and its option validation is "
                            + model().options().heldOut().validation());
        }
        return best.step();
    }

    /// Returns whether the current model can be used as the model of a step.
    boolean isPresent(long step) {
        return step == session.step() && !session.hasFailed();
    }

    /// Checks that there is a model for a step. Of a failed session, only earlier models can be used.
    ///
    /// @param step null for the current one
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
