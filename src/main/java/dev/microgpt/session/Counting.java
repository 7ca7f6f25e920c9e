package dev.microgpt.session;

import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.ParameterKind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The histograms of one call, taken keyframe by keyframe on the session's lane.
final class Counting implements Work<Histograms> {

    private final String matrixName;
    private final int bins;
    private final List<Long> steps = new ArrayList<>();
    private final List<double[]> weights = new ArrayList<>();
    private @Nullable ArrayDeque<ModelState> keyframes;

    Counting(String matrixName, int bins) {
        this.matrixName = matrixName;
        this.bins = bins;
    }

    @Override
    public @Nullable Histograms slice(ActiveSession session, long deadline) {
        session.requireLoaded();
        Matrix matrix = session.matrix(matrixName);
        if (keyframes == null) {
            keyframes =
                    new ArrayDeque<>(
                            session.timeline().keyframes().upTo(session.step()).reversed());
            session.limits().checkNumbers((double) keyframes.size() * matrix.size());
        }
        while (!keyframes.isEmpty() && System.nanoTime() < deadline) {
            ModelState keyframe = keyframes.remove();
            double[] all = session.model().parameters(keyframe, ParameterKind.WEIGHT);
            steps.add(keyframe.step());
            weights.add(ParameterMatrix.of(matrix, all).values());
        }
        return keyframes.isEmpty() ? Histograms.of(matrix, steps, weights, bins) : null;
    }
}
