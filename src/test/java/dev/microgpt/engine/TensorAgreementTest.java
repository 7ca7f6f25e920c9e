package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The tensor engine computes the same as the reference, in models of all shapes.
@SharesNothing
final class TensorAgreementTest {

    private static final int[] AWKWARD_WIDTHS = {1, 3, 7, 15, 16, 17, 31, 33, 64};
    private static final int[] AWKWARD_CONTEXTS = {1, 15, 16, 17, 33};

    private static final double LOSS_PRECISION = 1e-5;
    private static final double GRADIENT_PRECISION = 1e-4;

    /// A gradient may vanish where one term cancels another, such as that of the queries in documents
    /// of one character. The rounding error that remains is compared with the other gradients.
    private static final double NOISE = 1e-2;

    /// Limits the size of models, as the reference needs a node for each product.
    private static final int MAX_PRODUCTS = 700_000;

    /// A model and a batch.
    record Setup(String name, ModelOptions options, int vocabSize, double[] params, int[][] batch) {

        ModelShape shape() {
            return options.shape(vocabSize);
        }

        ScalarEngine scalar() {
            return new ScalarEngine(shape(), params);
        }

        TensorEngine tensor() {
            return new TensorEngine(shape(), params);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Setup> setups() {
        return Stream.concat(
                IntStream.range(0, 100).mapToObj(TensorAgreementTest::randomSetup),
                // rows of exactly 1024 elements have a gap between them
                Stream.of(setup(100, new Random(100), 256, 8, 1, 4, 5, 1)));
    }

    private static Setup randomSetup(int seed) {
        Random random = new Random(seed);
        int width = oneOf(AWKWARD_WIDTHS, 70, random);
        int[] divisors = IntStream.rangeClosed(1, width).filter(h -> width % h == 0).toArray();
        return setup(
                seed,
                random,
                width,
                divisors[random.nextInt(divisors.length)],
                1 + random.nextInt(3),
                oneOf(AWKWARD_CONTEXTS, 40, random),
                2 + random.nextInt(119),
                1 + random.nextInt(5));
    }

    private static int oneOf(int[] awkward, int max, Random random) {
        return random.nextBoolean()
                ? awkward[random.nextInt(awkward.length)]
                : 1 + random.nextInt(max);
    }

    private static Setup setup(
            int seed,
            Random random,
            int width,
            int heads,
            int layers,
            int blockSize,
            int vocabSize,
            int batchSize) {
        ModelOptions options =
                ModelOptions.builder()
                        .nEmbd(width)
                        .nHead(heads)
                        .nLayer(layers)
                        .blockSize(blockSize)
                        .build();
        double[] params = new double[(int) options.numParams(vocabSize)];
        double std = random.nextDouble(0.05, 0.3);
        for (int i = 0; i < params.length; i++) {
            params[i] = (float) random.nextGaussian(0, std);
        }
        int rest = MAX_PRODUCTS / params.length;
        int[][] batch = new int[batchSize][];
        for (int b = 0; b < batchSize; b++) {
            int characters = random.nextInt(Math.min(2 * blockSize + 2, Math.max(2, rest)));
            batch[b] = document(characters, vocabSize, random);
            rest -= characters;
        }
        Collections.shuffle(Arrays.asList(batch), random);
        String lengths = Arrays.stream(batch).map(d -> "" + d.length).toList().toString();
        String name =
                "%d: C %d, H %d, L %d, T %d, V %d, lengths %s"
                        .formatted(seed, width, heads, layers, blockSize, vocabSize, lengths);
        return new Setup(name, options, vocabSize, params, batch);
    }

    private static int[] document(int characters, int vocabSize, Random random) {
        int[] tokens = new int[characters + 2];
        Arrays.fill(tokens, vocabSize - 1);
        for (int i = 1; i <= characters; i++) {
            tokens[i] = random.nextInt(vocabSize - 1);
        }
        return tokens;
    }

    @ParameterizedTest
    @MethodSource("setups")
    void lossesAndGradientsMatchTheReference(Setup setup) {
        ScalarEngine scalar = setup.scalar();
        TensorEngine tensor = setup.tensor();

        double meanLoss = 0;
        for (int[] document : setup.batch()) {
            double[] expected = scalar.predictor().losses(document);
            double[] actual = tensor.predictor().losses(document);
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < expected.length; i++) {
                // a loss below 1 is the difference of larger numbers
                double precision = LOSS_PRECISION * Math.max(1, expected[i]);
                assertThat(actual[i]).as("loss %d", i).isCloseTo(expected[i], within(precision));
            }
            meanLoss += Arrays.stream(expected).average().orElseThrow() / setup.batch().length;
        }
        assertGradients(
                setup,
                tensor.gradients(setup.batch(), StepSettings.of(0, 0.01)),
                scalar.gradients(setup.batch(), StepSettings.of(0, 0.01)));
        double trained = tensor.trainStep(setup.batch(), StepSettings.of(0, 0.01), null);
        assertThat(trained).isCloseTo(meanLoss, within(LOSS_PRECISION * meanLoss));
    }

    private static void assertGradients(Setup setup, double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double noise = NOISE * largest(expected, 0, expected.length);
        for (Matrix matrix : Matrix.of(setup.options(), setup.vocabSize())) {
            int from = matrix.offset();
            int to = from + matrix.size();
            double scale = Math.max(largest(expected, from, to), noise);
            double error = 0;
            for (int i = from; i < to; i++) {
                error = Math.max(error, Math.abs(actual[i] - expected[i]));
            }
            assertThat(error / scale)
                    .as("error in %s, of gradients up to %s", matrix.name(), scale)
                    .isLessThan(GRADIENT_PRECISION);
        }
    }

    private static double largest(double[] numbers, int from, int to) {
        return Arrays.stream(numbers, from, to).map(Math::abs).max().orElseThrow();
    }
}
