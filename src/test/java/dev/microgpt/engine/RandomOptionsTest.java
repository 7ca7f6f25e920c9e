package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.architecture.ActivationKind;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.engine.training.ScheduleKind;
import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/// Both engines compute the same with options that are drawn from all.
@SharesNothing
final class RandomOptionsTest {

    private static final int VOCAB = 6;

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    private static ModelOptions randomOptions(Random random) {
        boolean isWide = random.nextInt(10) == 0; // heads that fill vectors
        int nHead = 1 + random.nextInt(isWide ? 2 : 4);
        PositionKind position = any(random, PositionKind.values());
        int headDim = isWide ? 14 + random.nextInt(5) : 1 + random.nextInt(8);
        if (nHead * headDim
                < 4) { // of two numbers, the deviations from the mean are nearly their rounding
            // errors
            headDim = 4;
        }
        return ModelOptions.builder()
                .seed(random.nextInt())
                .nEmbd(nHead * (position == PositionKind.ROPE ? 2 * headDim : headDim))
                .nHead(nHead)
                .nLayer(isWide ? 1 : 1 + random.nextInt(3))
                .blockSize(1 + random.nextInt(isWide ? 4 : 9))
                .norm(any(random, NormKind.values()))
                .normGain(random.nextBoolean())
                .normBias(random.nextBoolean())
                .embeddingNorm(random.nextBoolean())
                .finalNorm(random.nextBoolean())
                .qkNorm(random.nextInt(4) == 0)
                .activation(any(random, ActivationKind.values()))
                .mlpRatio(random.nextBoolean() ? 4 : random.nextDouble(0.1, 6))
                .position(position)
                .tied(random.nextBoolean())
                .biases(random.nextBoolean())
                .kvHeads(kvHeads(random, nHead))
                .learningRate(random.nextDouble(0.001, 0.02))
                .numSteps(20)
                .optimizer(any(random, OptimizerKind.values()))
                .beta1(random.nextDouble(0, 0.95))
                .beta2(random.nextDouble(0.9, 0.999))
                .epsilon(1e-4)
                .weightDecay(random.nextDouble(0, 2))
                .momentum(random.nextDouble(0, 0.95))
                .schedule(any(random, ScheduleKind.values()))
                .warmupSteps(random.nextInt(5))
                .minLearningRate(random.nextBoolean() ? 0 : 0.001)
                .gradientClip(random.nextBoolean() ? 0 : random.nextDouble(0.1, 2))
                .dropout(random.nextBoolean() ? 0 : random.nextDouble(0.8))
                .labelSmoothing(random.nextBoolean() ? 0 : random.nextDouble(0.8))
                .build();
    }

    private static <T> T any(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    /// Returns 0 or a divisor of nHead.
    private static int kvHeads(Random random, int nHead) {
        int kvHeads = random.nextInt(nHead + 1);
        return kvHeads > 0 && nHead % kvHeads == 0 ? kvHeads : 0;
    }

    /// Products of a row with such weights are as large as the row, so that no layer makes numbers large.
    private static double[] params(ModelOptions options) {
        Random random = new Random(1);
        double[] params = new double[(int) options.numParams(VOCAB)];
        double std = 0.7 / Math.sqrt(options.nEmbd());
        Arrays.setAll(params, _ -> (float) random.nextGaussian(0, std));
        for (Matrix matrix : Matrix.of(options, VOCAB)) {
            for (int i = matrix.offset(); matrix.isGain() && i < matrix.end(); i++) {
                params[i] = (float) (1 + params[i]);
            }
        }
        return params;
    }

    private static int[][] randomBatch(Random random, ModelOptions options) {
        int[][] batch = new int[1 + random.nextInt(4)][];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = random.ints(2 + random.nextInt(options.blockSize()), 0, VOCAB).toArray();
            batch[i][0] = VOCAB - 1;
        }
        return batch;
    }

    private static Engine engine(EngineKind kind, ModelOptions options) {
        return Engine.create(kind, options.shape(VOCAB), params(options));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theEnginesAgree(int seed) {
        Random random = new Random(seed);
        ModelOptions options = randomOptions(random);
        int[][] batch = randomBatch(random, options);
        Engine scalar = engine(EngineKind.SCALAR, options);
        Engine tensor = engine(EngineKind.TENSOR, options);

        StepSettings first = options.settings(0);
        double[] expected = scalar.gradients(batch, first);
        double[] actual = tensor.gradients(batch, first);
        for (Matrix matrix : Matrix.of(options, VOCAB)) {
            double[] gradients = Arrays.copyOfRange(expected, matrix.offset(), matrix.end());
            // a gradient that is nearly 0 is a difference of larger numbers
            double largest = Math.max(largest(gradients), 0.01 * largest(expected));
            assertThat(Arrays.copyOfRange(actual, matrix.offset(), matrix.end()))
                    .as(matrix.name())
                    .containsExactly(gradients, within(1e-4 * largest));
        }

        double loss = scalar.trainStep(batch, first, null);
        assertThat(tensor.trainStep(batch, first, null))
                .isCloseTo(loss, within(1e-5 * Math.max(1, loss)));
        for (int step = 1; step < 8; step++) {
            StepSettings settings = options.settings(step);
            double next = scalar.trainStep(batch, settings, null);
            assertThat(tensor.trainStep(batch, settings, null))
                    .isCloseTo(next, within(1e-4 * Math.max(1, next)));
            assertThat(tensor.lastGradientScale())
                    .isCloseTo(scalar.lastGradientScale(), within(1e-4));
        }
        double[] before = params(options);
        double[] after = scalar.params();
        double[] other = tensor.params();
        for (Matrix matrix : Matrix.of(options, VOCAB)) {
            if (isZero(expected, matrix)) { // Muon makes an update of the errors of rounding
                System.arraycopy(after, matrix.offset(), other, matrix.offset(), matrix.size());
            }
        }
        // Muon makes weak directions of a gradient as strong as the others, and their rounding
        // errors, too
        boolean isMuon = options.optimization().optimizer() == OptimizerKind.MUON;
        assertThat(norm(difference(other, after)))
                .isLessThanOrEqualTo((isMuon ? 0.05 : 0.01) * norm(difference(after, before)));
    }

    private static boolean isZero(double[] x, Matrix matrix) {
        return Arrays.stream(x, matrix.offset(), matrix.end()).allMatch(e -> e == 0);
    }

    /// Generation reads a text token by token, scores read it at once.
    @ParameterizedTest
    @MethodSource("seeds")
    void tokenByTokenTheModelIsTheSame(int seed) {
        Random random = new Random(seed);
        ModelOptions options = randomOptions(random);
        int[] tokens = randomBatch(random, options)[0];
        for (EngineKind kind : EngineKind.values()) {
            Predictor predictor = engine(kind, options).predictor();
            double[] losses = predictor.losses(tokens);
            Predictor.Decoder decoder = predictor.newDecoder(true);
            double[] probs = new double[VOCAB];
            for (int t = 0; t < losses.length; t++) {
                decoder.next(tokens[t]);
                decoder.probabilities(1, probs);
                assertThat(-Math.log(probs[tokens[t + 1]])).isCloseTo(losses[t], within(1e-4));
            }
            assertThat(decoder.traces()).hasSize(losses.length);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theTracesAgree(int seed) {
        Random random = new Random(seed);
        ModelOptions options = randomOptions(random);
        int[] document = randomBatch(random, options)[0];
        int[] tokens = Arrays.copyOf(document, document.length - 1);
        var scalar = engine(EngineKind.SCALAR, options).predictor().traces(tokens);
        var tensor = engine(EngineKind.TENSOR, options).predictor().traces(tokens);

        assertThat(tensor).hasSameSizeAs(scalar);
        for (int t = 0; t < tokens.length; t++) {
            assertThat(tensor.get(t).embedding())
                    .containsExactly(scalar.get(t).embedding(), within(1e-4));
            for (int layer = 0; layer < options.nLayer(); layer++) {
                assertThat(tensor.get(t).mlpActivations()[layer])
                        .containsExactly(scalar.get(t).mlpActivations()[layer], within(1e-3));
                for (int head = 0; head < options.nHead(); head++) {
                    assertThat(tensor.get(t).attentionWeights()[layer][head])
                            .containsExactly(
                                    scalar.get(t).attentionWeights()[layer][head], within(1e-4));
                }
            }
        }
    }

    private static double largest(double[] x) {
        return Arrays.stream(x).map(Math::abs).max().orElseThrow();
    }

    private static double[] difference(double[] x, double[] y) {
        double[] difference = new double[x.length];
        Arrays.setAll(difference, i -> x[i] - y[i]);
        return difference;
    }

    private static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(e -> e * e).sum());
    }
}
