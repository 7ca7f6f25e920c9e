package dev.microgpt.session.query;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.TrainingDocuments;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.ValidationLoss;

/// Measures the loss of the documents that are held out from training, after a step and before the next one.
public final class ValidationTask {

    private final MicroGpt model;
    private final long step;
    private final TrainingDocuments trainingDocuments;
    private final int[] documents;
    private int done;
    private double total;

    public ValidationTask(MicroGpt model) {
        this.model = model;
        step = model.step();
        trainingDocuments = model.documents();
        documents = model.validationDocuments();
    }

    /// Returns whether it measures a model as it is now.
    public boolean isOf(MicroGpt present) {
        return present.equals(model)
                && present.step() == step
                && present.documents().equals(trainingDocuments);
    }

    /// Measures documents until a deadline.
    ///
    /// @return whether all have been measured
    public boolean slice(Deadline deadline) {
        while (done < documents.length) {
            total += model.lossOf(documents[done++]);
            if (deadline.hasPassed()) {
                break;
            }
        }
        return done == documents.length;
    }

    public ValidationLoss loss() {
        return new ValidationLoss(step, total / documents.length);
    }
}
