package dev.microgpt.engine;

import dev.microgpt.engine.tensor.StepObserver;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Collects the traces and diagnostics of one training step. The engine fills it during the step; it is not
/// reused.
final class StepObservation implements StepObserver {

    private final ModelShape shape;
    private List<Trace> traces = List.of();
    private final boolean[][] active; // (L, F)
    private final List<Sums> matrices = new ArrayList<>(); // one of each matrix
    private double gradientScale = 1;
    private int current; // index in matrices, of the matrix that updates are being reported for

    /// The norms of one matrix.
    private static final class Sums {

        final Matrix matrix;
        final L2Norm gradient = new L2Norm();
        final L2Norm before = new L2Norm();
        final L2Norm after = new L2Norm();
        final L2Norm update = new L2Norm();

        Sums(Matrix matrix) {
            this.matrix = matrix;
        }

        MatrixDiagnostics diagnostics() {
            return new MatrixDiagnostics(
                    matrix.name(), gradient.value(), after.value(), update.relativeTo(before));
        }
    }

    StepObservation(ModelShape shape) {
        this.shape = shape;
        active = new boolean[shape.nLayer()][shape.hidden()];
        for (Matrix matrix : Matrix.of(shape)) {
            matrices.add(new Sums(matrix));
        }
    }

    /// Sets the traces of the batch's last document.
    void setTraces(List<Trace> ofLastDocument) {
        traces = ofLastDocument;
    }

    /// Sets the factor by which the gradient was shortened.
    void setGradientScale(double scale) {
        gradientScale = scale;
    }

    /// Returns an observer of the forward pass over one document. The traces of the document that is
    /// observed last remain.
    ForwardObserver forwardObserver() {
        TraceRecorder recorder = new TraceRecorder(shape);
        return (activation, layer, head, x) -> {
            recorder.observe(activation, layer, head, x);
            if (activation == Activation.LOSS) {
                setTraces(recorder.traces());
                markActiveUnits(recorder.traces());
            }
        };
    }

    /// Marks the hidden units that a document activates.
    private void markActiveUnits(List<Trace> ofDocument) {
        for (Trace trace : ofDocument) {
            for (int layer = 0; layer < active.length; layer++) {
                double[] activations = trace.mlpActivations()[layer];
                for (int unit = 0; unit < activations.length; unit++) {
                    if (activations[unit] > 0) {
                        activeUnit(layer, unit);
                    }
                }
            }
        }
    }

    @Override
    public void activeUnit(int layer, int unit) {
        active[layer][unit] = true;
    }

    @Override
    public void updated(int index, double gradient, double before, double after) {
        Sums sums = matrices.get(current);
        if (index == sums.matrix.offset() + sums.matrix.size()) {
            sums = matrices.get(++current);
        }
        sums.gradient.add(gradient);
        sums.before.add(before);
        sums.after.add(after);
        sums.update.add(after - before);
    }

    List<Trace> traces() {
        return traces;
    }

    /// @param clippedShare see [StepDiagnostics]
    StepDiagnostics diagnostics(@Nullable Double clippedShare) {
        double[] deadUnits = new double[active.length];
        Arrays.setAll(deadUnits, layer -> deadShare(active[layer]));
        return new StepDiagnostics(
                matrices.stream().map(Sums::diagnostics).toList(),
                deadUnits,
                gradientScale == 1 ? null : gradientScale,
                clippedShare);
    }

    /// Returns the share of inactive units, 0 to 1.
    private static double deadShare(boolean[] activeUnits) {
        int dead = 0;
        for (boolean isActive : activeUnits) {
            if (!isActive) {
                dead++;
            }
        }
        return (double) dead / activeUnits.length;
    }
}
