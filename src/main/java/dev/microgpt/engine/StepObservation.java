package dev.microgpt.engine;

import dev.microgpt.engine.tensor.StepObserver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What is seen of a training step by those who look at it closely. An engine fills it while it makes
/// the step; it serves one step only.
final class StepObservation implements StepObserver {

    private final ModelShape shape;
    private List<Trace> traces = List.of();
    private final boolean[][] excited; // (L, 4 C)
    private final List<Sums> matrices = new ArrayList<>(); // (3 + 6 L)
    private int current; // index of the matrix whose parameters are being taken

    /// What is summed up over one matrix.
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
        excited = new boolean[shape.nLayer()][4 * shape.nEmbd()];
        for (Matrix matrix : Matrix.of(shape)) {
            matrices.add(new Sums(matrix));
        }
    }

    /// Takes the traces of the batch's last document.
    void takeTraces(List<Trace> ofLastDocument) {
        traces = ofLastDocument;
    }

    /// Watches a document. The traces that remain are those of the last one.
    ForwardObserver watcher() {
        TraceRecorder watcher = new TraceRecorder(shape);
        return (what, layer, head, x) -> {
            watcher.see(what, layer, head, x);
            if (what == Activation.LOSS) {
                takeTraces(watcher.traces());
                takeExcited(watcher.traces());
            }
        };
    }

    /// Takes which hidden units a document excites.
    private void takeExcited(List<Trace> ofDocument) {
        for (Trace trace : ofDocument) {
            for (int layer = 0; layer < excited.length; layer++) {
                double[] activations = trace.mlpActivations()[layer];
                for (int unit = 0; unit < activations.length; unit++) {
                    if (activations[unit] > 0) {
                        excited(layer, unit);
                    }
                }
            }
        }
    }

    @Override
    public void excited(int layer, int unit) {
        excited[layer][unit] = true;
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

    StepDiagnostics diagnostics() {
        double[] deadUnits = new double[excited.length];
        Arrays.setAll(deadUnits, layer -> deadUnits(excited[layer]));
        return new StepDiagnostics(matrices.stream().map(Sums::diagnostics).toList(), deadUnits);
    }

    private static double deadUnits(boolean[] excitedUnits) {
        int dead = 0;
        for (boolean unit : excitedUnits) {
            if (!unit) {
                dead++;
            }
        }
        return (double) dead / excitedUnits.length;
    }
}
