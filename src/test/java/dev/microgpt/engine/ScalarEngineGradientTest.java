package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.training.StepSettings;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Compares loss, gradients and updates of the whole model with [PlainGpt].
final class ScalarEngineGradientTest {

    private static final double STEP = 1e-5;
    private static final Offset<Double> LOSS_PRECISION = within(1e-12);
    private static final Offset<Double> GRADIENT_PRECISION = within(1e-8);

    /// A model and a batch.
    record Setup(String name, ModelOptions options, int vocabSize, int[][] batch) {

        double[] initialParams() {
            Random random = new Random(1);
            double[] params = new double[(int) options.numParams(vocabSize)];
            for (int i = 0; i < params.length; i++) {
                params[i] = random.nextGaussian(0, 0.3);
            }
            return params;
        }

        ScalarEngine engine() {
            return new ScalarEngine(options.shape(vocabSize), initialParams());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Setup> setups() {
        ModelOptions tiny = options().nEmbd(4).nHead(2).blockSize(6).nLayer(1).build();
        ModelOptions odd = options().nEmbd(12).nHead(3).blockSize(5).nLayer(1).build();
        ModelOptions deep = options().nEmbd(8).nHead(2).blockSize(8).nLayer(2).build();
        int[][] document = {{5, 0, 3, 3, 1, 5}};
        int[][] batch = {{5, 2, 0, 5}, {5, 4, 5}, {5, 1, 1, 2, 0, 5}};
        int[][] tooLong = {{5, 0, 1, 2, 3, 4, 3, 2, 1, 0, 5}};
        return List.of(
                new Setup("defaults", options().build(), 16, new int[][] {{15, 1, 12, 1, 15}}),
                new Setup("one document", tiny, 6, document),
                new Setup("two layers", deep, 6, document),
                new Setup("odd sizes", odd, 6, document),
                new Setup("one head", options().nEmbd(5).nHead(1).build(), 6, document),
                new Setup("heads of width 1", options().nEmbd(4).nHead(4).build(), 6, document),
                new Setup("batch of 3", tiny, 6, batch),
                new Setup("the same document twice", tiny, 6, new int[][] {batch[0], batch[0]}),
                new Setup("longer than blockSize", odd, 6, tooLong),
                new Setup("exactly blockSize", odd, 6, new int[][] {{5, 0, 1, 2, 3, 5}}),
                new Setup("context of 1", options().nEmbd(4).blockSize(1).build(), 6, batch));
    }

    private static ModelOptions.Builder options() {
        return ModelOptions.builder().engine(EngineKind.SCALAR);
    }

    @ParameterizedTest
    @MethodSource("setups")
    void lossEqualsThatOfThePlainForwardPass(Setup setup) {
        PlainGpt plain = new PlainGpt(setup.options(), setup.vocabSize(), setup.initialParams());

        double loss = setup.engine().trainStep(setup.batch(), StepSettings.of(0, 0.01), null);

        assertThat(loss).isCloseTo(plain.loss(setup.batch()), LOSS_PRECISION);
    }

    @ParameterizedTest
    @MethodSource("setups")
    void gradientsMatchFiniteDifferencesOfThePlainLoss(Setup setup) {
        double[] gradients = setup.engine().gradients(setup.batch(), StepSettings.of(0, 0.01));

        assertThat(gradients).containsExactly(slopes(setup), GRADIENT_PRECISION);
    }

    /// Returns the gradient of the plain loss from finite differences, (numParams).
    static double[] slopes(Setup setup) {
        double[] params = setup.initialParams();
        PlainGpt plain = new PlainGpt(setup.options(), setup.vocabSize(), params);
        double[] slopes = new double[params.length];
        for (int i = 0; i < params.length; i++) {
            double at = params[i];
            params[i] = at + STEP;
            double above = plain.loss(setup.batch());
            params[i] = at - STEP;
            double below = plain.loss(setup.batch());
            params[i] = at;
            slopes[i] = (above - below) / (2 * STEP);
        }
        return slopes;
    }

    @ParameterizedTest
    @MethodSource("setups")
    void gradientsDependOnlyOnParametersAndBatch(Setup setup) {
        ScalarEngine engine = setup.engine();

        double[] first = engine.gradients(setup.batch(), StepSettings.of(0, 0.01));

        assertThat(engine.gradients(setup.batch(), StepSettings.of(0, 0.01)))
                .containsExactly(first);
        assertThat(engine.params()).containsExactly(setup.initialParams());
    }

    /// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p -= lr (m / (1 - b1^t)) / (sqrt(v / (1 -
    /// b2^t)) + eps)
    @ParameterizedTest
    @MethodSource("setups")
    void stepsFollowTheFormulasOfAdam(Setup setup) {
        ScalarEngine engine = setup.engine();
        double[] expected = engine.params();
        double[] m = new double[expected.length];
        double[] v = new double[expected.length];
        for (int t = 1; t <= 5; t++) {
            double learningRate = 0.02 / t;
            double[] g = engine.gradients(setup.batch(), StepSettings.of(0, 0.01));
            for (int i = 0; i < g.length; i++) {
                m[i] = 0.85 * m[i] + 0.15 * g[i];
                v[i] = 0.99 * v[i] + 0.01 * g[i] * g[i];
                double mHat = m[i] / (1 - Math.pow(0.85, t));
                double vHat = v[i] / (1 - Math.pow(0.99, t));
                expected[i] -= learningRate * mHat / (Math.sqrt(vHat) + 1e-8);
            }

            engine.trainStep(setup.batch(), StepSettings.of(t - 1, learningRate), null);

            // rounding errors matter where a gradient is smaller than eps
            assertThat(engine.params()).containsExactly(expected, within(1e-9));
        }
    }

    @Test
    void aStepThatFailsHalfwayChangesNothing() {
        ModelOptions options = options().nEmbd(4).blockSize(6).build();
        Setup setup = new Setup("", options, 6, new int[][] {{5, 0, 1, 5}});
        ScalarEngine engine = setup.engine();
        int[][] secondDocumentBad = {setup.batch()[0], {5, 99, 5}};

        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(
                        () -> engine.trainStep(secondDocumentBad, StepSettings.of(0, 0.01), null));

        assertThat(engine.params()).containsExactly(setup.initialParams());
        assertThat(engine.gradients(setup.batch(), StepSettings.of(0, 0.01)))
                .containsExactly(setup.engine().gradients(setup.batch(), StepSettings.of(0, 0.01)));
    }

    /// All embeddings are 1, and lm_head is 0 but for token 0, which is certain; the others have
    /// probability 0.
    @Test
    void aStepThatDivergesChangesNothing() {
        ModelOptions options = options().nEmbd(4).blockSize(2).build();
        double[] params = new double[(int) options.numParams(6)];
        Arrays.fill(params, 0, 6 * 4, 1); // wte
        Arrays.fill(params, 8 * 4, 9 * 4, 1000); // the first row of lm_head
        ScalarEngine engine = new ScalarEngine(options.shape(6), params);
        int[][] certain = {{5, 0, 0, 5}};
        int[][] impossible = {{5, 1, 1, 5}};

        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> engine.trainStep(impossible, StepSettings.of(0, 0.01), null))
                .withMessageContaining("Infinity");

        assertThat(engine.params()).containsExactly(params);
        assertThat(engine.gradients(certain, StepSettings.of(0, 0.01)))
                .containsExactly(
                        new ScalarEngine(options.shape(6), params)
                                .gradients(certain, StepSettings.of(0, 0.01)));
        assertThat(engine.trainStep(certain, StepSettings.of(0, 0.01), null))
                .isCloseTo(0, LOSS_PRECISION);
    }

    @Test
    void parametersOfUnseenTokensAndPositionsHaveNoGradient() {
        ModelOptions options = options().nEmbd(4).blockSize(6).build();
        Setup setup = new Setup("", options, 6, new int[][] {{5, 0, 1, 5}});

        double[] gradients = setup.engine().gradients(setup.batch(), StepSettings.of(0, 0.01));

        int wpe = 6 * 4;
        for (int token = 0; token < 6; token++) {
            boolean seen = token == 5 || token == 0 || token == 1;
            assertThat(anyNonZero(gradients, token * 4, 4)).isEqualTo(seen);
        }
        for (int position = 0; position < 6; position++) {
            assertThat(anyNonZero(gradients, wpe + position * 4, 4)).isEqualTo(position < 3);
        }
    }

    private static boolean anyNonZero(double[] numbers, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (numbers[i] != 0) {
                return true;
            }
        }
        return false;
    }
}
