package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.session.history.Replay;
import dev.microgpt.session.history.Timeline;

import org.jspecify.annotations.Nullable;

/// What a session that is to begin at a step of another one needs.
///
/// @param replay arrives at the model of that step
/// @param past of the other one up to then
public record ForkPoint(Replay replay, Timeline past) {

    /// @param asked the step; null for the present one
    /// @throws dev.microgpt.engine.InvalidInputException if it is out of range
    /// @throws dev.microgpt.session.admission.SessionException `not_loaded` or `wrong_state`
    static ForkPoint of(ActiveSession session, @Nullable Long asked) {
        SessionModels models = new SessionModels(session);
        models.requireStep(asked);
        long step = asked == null ? session.step() : asked;
        Timeline timeline = session.timeline();
        return new ForkPoint(
                new Replay(modelBefore(models, step), timeline.phasesUpTo(step), step),
                timeline.upTo(step, models.isPresent(step)));
    }

    /// A copy of the model at the step, or at a keyframe before it.
    private static MicroGpt modelBefore(SessionModels models, long step) {
        MicroGpt model = models.model();
        if (models.isPresent(step)) {
            return model.copy();
        }
        RandomSource generator = models.timeline().generatorAt(step, model.random());
        for (ModelState keyframe : models.timeline().wayTo(step)) {
            MicroGpt past = model.goneBackTo(keyframe, generator);
            if (past != null) {
                return past;
            }
        }
        throw new IllegalStateException("the losses up to the first keyframe are unknown");
    }
}
