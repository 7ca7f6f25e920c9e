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

/// The histograms of one matrix, taken keyframe by keyframe.
public final class HistogramTask implements Query<Histograms> {

    private final String matrixName;
    private final int bins;
    private final Limits limits;
    private final List<Long> steps = new ArrayList<>();
    private final List<double[]> weights = new ArrayList<>(); // (keyframes, rows * columns)
    private @Nullable ArrayDeque<ModelState> left;

    public HistogramTask(String matrixName, int bins, Limits limits) {
        this.matrixName = matrixName;
        this.bins = bins;
        this.limits = limits;
    }

    @Override
    public @Nullable Histograms slice(ModelSource models, Deadline deadline) {
        Matrix matrix = ParameterMatrix.find(models.model(), matrixName);
        if (left == null) {
            left = new ArrayDeque<>(models.keyframes().upTo(models.model().step()).reversed());
            limits.checkNumbers((double) left.size() * matrix.size());
        }
        while (!left.isEmpty()) {
            ModelState keyframe = left.remove();
            double[] all = models.model().parameters(keyframe, ParameterKind.WEIGHT);
            steps.add(keyframe.step());
            weights.add(ParameterMatrix.of(matrix, all).values());
            if (deadline.hasPassed()) {
                break;
            }
        }
        return left.isEmpty() ? Histograms.of(matrix, steps, weights, bins) : null;
    }
}
