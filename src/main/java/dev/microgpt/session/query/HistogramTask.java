package dev.microgpt.session.query;

import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.ParameterKind;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Computes the histograms of one matrix, keyframe by keyframe.
public final class HistogramTask implements Query<Histograms> {

    private final String matrixName;
    private final int bins;
    private final Limits limits;
    private final List<Long> steps = new ArrayList<>();
    private final List<double[]> weights = new ArrayList<>(); // (keyframes, rows * columns)
    private @Nullable ArrayDeque<ModelState> remaining;

    public HistogramTask(String matrixName, int bins, Limits limits) {
        this.matrixName = matrixName;
        this.bins = bins;
        this.limits = limits;
    }

    @Override
    public @Nullable Histograms slice(ModelSource models, Deadline deadline) {
        Matrix matrix = ParameterMatrix.find(models.model().matrices(), matrixName);
        if (remaining == null) {
            remaining = new ArrayDeque<>(models.keyframes().upTo(models.model().step()).reversed());
            limits.checkNumbers((double) remaining.size() * matrix.size());
        }
        while (!remaining.isEmpty()) {
            ModelState keyframe = remaining.remove();
            double[] all = models.model().parameters(keyframe, ParameterKind.WEIGHT);
            steps.add(keyframe.step());
            // of fewer rows before the vocabulary grew
            Matrix past = ParameterMatrix.find(keyframe.matrices(), matrixName);
            weights.add(ParameterMatrix.of(past, all).values());
            if (deadline.hasPassed()) {
                break;
            }
        }
        return remaining.isEmpty() ? Histograms.of(matrix, steps, weights, bins) : null;
    }
}
