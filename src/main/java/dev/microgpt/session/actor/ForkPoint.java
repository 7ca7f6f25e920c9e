package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.session.history.Replay;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.query.PastStep;

import org.jspecify.annotations.Nullable;

/// The point of a session at which a fork begins.
///
/// @param replay computes the model as of that step
/// @param timeline a copy of the parent's timeline up to that step
public record ForkPoint(Replay replay, Timeline timeline) {

    /// Copies the fork point of a session.
    ///
    /// @param pastStep the step to fork at; null for the current one
    /// @throws dev.microgpt.engine.InvalidInputException if the step is out of range
    /// @throws dev.microgpt.session.admission.SessionException `not_loaded` or `wrong_state`
    static ForkPoint of(ActiveSession session, @Nullable PastStep pastStep) {
        SessionModels models = new SessionModels(session);
        @Nullable Long forkStep = models.number(pastStep);
        models.requireStep(forkStep);
        long step = forkStep == null ? session.step() : forkStep;
        Timeline timeline = session.timeline();
        RandomSource current = models.model().random();
        RandomSource generator =
                models.isPresent(step) ? current : timeline.generatorAt(step, current);
        return new ForkPoint(
                new Replay(modelBefore(models, step, generator), timeline, step, generator),
                timeline.upTo(step, models.isPresent(step)));
    }

    /// Returns a copy of the model at the step or at a keyframe before it.
    private static MicroGpt modelBefore(SessionModels models, long step, RandomSource generator) {
        MicroGpt model = models.model();
        if (models.isPresent(step)) {
            return model.copy();
        }
        for (ModelState keyframe : models.timeline().replayStartsFor(step)) {
            MicroGpt past = model.copyAt(keyframe, generator);
            if (past != null) {
                return past;
            }
        }
        throw new IllegalStateException(
                "cannot fork at step "
                        + step
                        + ": the losses up to the first keyframe are unknown");
    }
}
