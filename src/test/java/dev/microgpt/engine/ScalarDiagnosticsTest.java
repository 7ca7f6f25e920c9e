package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.training.StepSettings;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

/// Compares the diagnostics of the reference engine with finite differences, and with the parameters
/// before and after the step.
final class ScalarDiagnosticsTest {

    private static final String SETUPS = "dev.microgpt.engine.ScalarEngineGradientTest#setups";
    private static final double LEARNING_RATE = 0.01;

    private static StepDiagnostics step(
            ScalarEngine engine, ScalarEngineGradientTest.Setup setup, int step) {
        StepObservation observation = new StepObservation(setup.options().shape(setup.vocabSize()));
        assertThat(
                        engine.trainStep(
                                setup.batch(), StepSettings.of(step, LEARNING_RATE), observation))
                .isPositive();
        return observation.diagnostics(null);
    }

    private static List<Matrix> matrices(ScalarEngineGradientTest.Setup setup) {
        return Matrix.of(setup.options(), setup.vocabSize());
    }

    private static double norm(double[] numbers, Matrix matrix) {
        double squares = 0;
        for (int i = matrix.offset(); i < matrix.offset() + matrix.size(); i++) {
            squares += numbers[i] * numbers[i];
        }
        return Math.sqrt(squares);
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void gradientNormsMatchFiniteDifferencesOfThePlainLoss(ScalarEngineGradientTest.Setup setup) {
        double[] slopes = ScalarEngineGradientTest.slopes(setup);

        List<MatrixDiagnostics> diagnostics = step(setup.engine(), setup, 0).matrices();

        List<Matrix> matrices = matrices(setup);
        assertThat(diagnostics).hasSameSizeAs(matrices);
        for (int i = 0; i < matrices.size(); i++) {
            Matrix matrix = matrices.get(i);
            assertThat(diagnostics.get(i).name()).isEqualTo(matrix.name());
            assertThat(diagnostics.get(i).gradientNorm())
                    .as(matrix.name())
                    .isCloseTo(norm(slopes, matrix), within(1e-7));
        }
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void weightNormsAndUpdateRatiosMatchTheParametersBeforeAndAfter(
            ScalarEngineGradientTest.Setup setup) {
        ScalarEngine engine = setup.engine();
        for (int step = 0; step < 3; step++) {
            double[] before = engine.params();

            List<MatrixDiagnostics> diagnostics = step(engine, setup, step).matrices();

            double[] after = engine.params();
            double[] update = new double[after.length];
            for (int i = 0; i < update.length; i++) {
                update[i] = after[i] - before[i];
            }
            List<Matrix> matrices = matrices(setup);
            for (int i = 0; i < matrices.size(); i++) {
                Matrix matrix = matrices.get(i);
                double ratio = norm(update, matrix) / norm(before, matrix);
                assertThat(diagnostics.get(i).weightNorm())
                        .as(matrix.name())
                        .isCloseTo(norm(after, matrix), within(1e-12));
                assertThat(diagnostics.get(i).updateRatio())
                        .as(matrix.name())
                        .isCloseTo(ratio, within(1e-12));
            }
        }
    }
}
