package dev.microgpt.session.query;

import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.ValidationLoss;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Finds the validation loss of the current parameters. Measures it if it was not measured after the last step.
public final class PresentValidation implements Query<ValidationLoss> {

    private @Nullable ValidationTask task;

    @Override
    public @Nullable ValidationLoss slice(ModelSource models, Deadline deadline) {
        List<ValidationLoss> losses = models.timeline().validationLosses();
        if (!losses.isEmpty() && losses.getLast().step() == models.model().step()) {
            return losses.getLast();
        }
        if (task == null || !task.isOf(models.model())) {
            task = new ValidationTask(models.model());
        }
        return task.slice(deadline) ? task.loss() : null;
    }
}
