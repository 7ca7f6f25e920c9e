package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;

/// The tensor engine's diagnostics match those of the reference, in models of all shapes.
@SharesNothing
final class TensorDiagnosticsTest {

    private static final double PRECISION = 1e-3;

    /// Relative to the norm of the whole gradient. Smaller norms may be the remainder of a cancellation.
    private static final double NOISE = 1e-3;

    /// An activation this close to 0 may have the other sign in the other precision.
    private static final double NEAR_ZERO = 1e-5;

    private static StepObservation step(Engine engine, TensorAgreementTest.Setup setup) {
        StepObservation observation = new StepObservation(setup.shape());
        assertThat(engine.trainStep(setup.batch(), StepSettings.of(0, 0.01), observation))
                .isPositive();
        return observation;
    }

    @ParameterizedTest
    @MethodSource("dev.microgpt.engine.TensorAgreementTest#setups")
    void diagnosticsMatchTheReference(TensorAgreementTest.Setup setup) {
        StepDiagnostics expected = step(setup.scalar(), setup).diagnostics(null);
        StepDiagnostics actual = step(setup.tensor(), setup).diagnostics(null);

        assertMatrices(actual.matrices(), expected.matrices());
        assertDeadUnits(setup, actual.deadUnits(), expected.deadUnits());
    }

    private static void assertMatrices(
            List<MatrixDiagnostics> actual, List<MatrixDiagnostics> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        L2Norm whole = new L2Norm();
        expected.forEach(matrix -> whole.add(matrix.gradientNorm()));
        double noise = NOISE * whole.value();
        for (int i = 0; i < expected.size(); i++) {
            MatrixDiagnostics matrix = expected.get(i);
            assertThat(actual.get(i).name()).isEqualTo(matrix.name());
            assertThat(actual.get(i).gradientNorm())
                    .as("gradient of %s", matrix.name())
                    .isCloseTo(
                            matrix.gradientNorm(),
                            within(PRECISION * Math.max(matrix.gradientNorm(), noise)));
            if (matrix.gradientNorm()
                    > noise) { // Adam's update does not depend on the size of the gradient
                assertThat(actual.get(i).weightNorm())
                        .as("weights of %s", matrix.name())
                        .isCloseTo(matrix.weightNorm(), within(PRECISION * matrix.weightNorm()));
                assertThat(actual.get(i).updateRatio())
                        .as("update of %s", matrix.name())
                        .isCloseTo(matrix.updateRatio(), within(PRECISION * matrix.updateRatio()));
            }
        }
    }

    private static void assertDeadUnits(
            TensorAgreementTest.Setup setup, double[] actual, double[] expected) {
        assertThat(actual).hasSize(setup.options().nLayer()).hasSameSizeAs(expected);
        double[][] peaks = peaks(setup);
        for (int layer = 0; layer < expected.length; layer++) {
            double dead = shareBelow(0, peaks[layer]);
            double unsure =
                    shareBelow(NEAR_ZERO, peaks[layer]) - shareBelow(-NEAR_ZERO, peaks[layer]);
            assertThat(expected[layer]).isEqualTo(dead);
            assertThat(actual[layer]).isCloseTo(dead, within(unsure));
        }
    }

    private static double shareBelow(double limit, double[] numbers) {
        return Arrays.stream(numbers).map(x -> x <= limit ? 1 : 0).average().orElseThrow();
    }

    /// Returns the reference's largest activation of each hidden unit in the batch, (L, 4 C).
    private static double[][] peaks(TensorAgreementTest.Setup setup) {
        double[][] peaks = new double[setup.options().nLayer()][4 * setup.options().nEmbd()];
        for (double[] layer : peaks) {
            Arrays.fill(layer, Double.NEGATIVE_INFINITY);
        }
        ScalarEngine engine = setup.scalar();
        for (int[] document : setup.batch()) {
            Predictor.Decoder decoder = engine.predictor().newDecoder(true);
            int n = Math.min(setup.options().blockSize(), document.length - 1);
            for (int t = 0; t < n; t++) {
                decoder.next(document[t]);
            }
            for (Trace trace : decoder.traces()) {
                for (int layer = 0; layer < peaks.length; layer++) {
                    double[] activations = trace.mlpActivations()[layer];
                    for (int i = 0; i < activations.length; i++) {
                        peaks[layer][i] = Math.max(peaks[layer][i], activations[i]);
                    }
                }
            }
        }
        return peaks;
    }
}
