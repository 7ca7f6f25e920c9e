package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.query.ValidationTask;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Measures the loss of the documents that are held out from training, whenever that is due.
///
/// Training waits until the measurement has ended, so that runs that end by it end at the same step whenever they are
/// repeated. The compute threads do not wait: it is done slice by slice.
final class Validator {

    private final Timeline timeline;
    private @Nullable ValidationTask task; // that has begun and not ended

    Validator(Timeline timeline) {
        this.timeline = timeline;
    }

    /// Measures the loss of a model if that is due, until a deadline.
    ///
    /// @return whether the next step may be made; false if another slice is needed first
    boolean validate(MicroGpt model, Deadline deadline) {
        long step = model.step();
        if (!model.options().heldOut().isDue(step) // first, as it is asked before each step
                || timeline.validatedUpTo() >= step
                || model.corpus().size() == 0) {
            return true;
        }
        ValidationTask current = task;
        if (current == null || !current.isOf(model)) {
            current = new ValidationTask(model);
            task = current;
        }
        if (!current.slice(deadline)) {
            return false;
        }
        task = null;
        timeline.add(current.loss(), model.state());
        return true;
    }

    /// Returns the validation loss after a step; null if it was not measured there.
    static @Nullable Double lossAfter(long step, Timeline timeline) {
        List<ValidationLoss> losses = timeline.validationLosses();
        return losses.isEmpty() || losses.getLast().step() != step ? null : losses.getLast().loss();
    }
}
