package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;

import dev.microgpt.engine.architecture.ActivationKind;
import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// The tensor engine with other architectures than that of microgpt, in sizes that fill several panels and vectors.
@SharesNothing
final class VariationsTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// The bytes of objects other than the arrays.
    private static final int OBJECTS = 12_000;

    private static final int VOCAB = 100;
    private static final int BLOCK_SIZE = 9;
    private static final int LAYERS = 2;

    /// An architecture and a width of its heads.
    record Variation(Architecture architecture, int headDim) {

        Weights weights() {
            int heads = 4;
            Layout layout =
                    new Layout(VOCAB, heads * headDim, heads, LAYERS, BLOCK_SIZE, architecture);
            Random random = new Random(1);
            double[] params = new double[layout.numParams()];
            Arrays.setAll(params, _ -> random.nextGaussian(0, 0.1));
            return new Weights(layout, layout.imported(params));
        }
    }

    static List<Variation> variations() {
        Architecture alibi =
                new Architecture(
                        NormKind.LAYERNORM,
                        /* normGain= */ true,
                        /* normBias= */ false,
                        /* embeddingNorm= */ true,
                        /* finalNorm= */ true,
                        /* qkNorm= */ true,
                        ActivationKind.RELU2,
                        /* mlpRatio= */ 3,
                        PositionKind.ALIBI,
                        /* tied= */ true,
                        /* biases= */ true,
                        /* kvHeads= */ 2);
        Architecture plain =
                new Architecture(
                        NormKind.RMSNORM,
                        /* normGain= */ false,
                        /* normBias= */ true,
                        /* embeddingNorm= */ false,
                        /* finalNorm= */ false,
                        /* qkNorm= */ false,
                        ActivationKind.SILU,
                        /* mlpRatio= */ 5.5,
                        PositionKind.SINUSOIDAL,
                        /* tied= */ false,
                        /* biases= */ false,
                        /* kvHeads= */ 1);
        return List.of(
                new Variation(Architecture.GPT2, 4),
                new Variation(Architecture.GPT2, 17),
                new Variation(Architecture.LLAMA, 2),
                new Variation(Architecture.LLAMA, 32),
                new Variation(alibi, 4),
                new Variation(alibi, 15),
                new Variation(alibi, 16),
                new Variation(plain, 16),
                new Variation(plain, 5));
    }

    private static int[][] batch() {
        Random random = new Random(2);
        int[][] batch = new int[7][];
        Arrays.setAll(batch, _ -> random.ints(2 + random.nextInt(BLOCK_SIZE), 0, VOCAB).toArray());
        return batch;
    }

    private static TensorTrainer trainer(Weights weights, Kernels kernels, double threshold) {
        return new TensorTrainer(weights, AdamState.initial(weights), kernels, threshold);
    }

    @ParameterizedTest
    @MethodSource("variations")
    void theResultDoesNotDependOnWhereTheWorkIsSplit(Variation variation)
            throws NotFiniteException {
        TensorTrainer alone =
                trainer(variation.weights(), KernelProvider.kernels(), Double.MAX_VALUE);
        TensorTrainer split = trainer(variation.weights(), KernelProvider.kernels(), 0);
        for (int step = 0; step < 4; step++) {
            StepSettings settings = StepSettings.of(step, 0.01);
            assertThat(split.gradients(batch(), settings))
                    .containsExactly(alone.gradients(batch(), settings));
            assertThat(split.trainStep(batch(), settings))
                    .isEqualTo(alone.trainStep(batch(), settings));
        }
        assertThat(split.weights().toArray()).containsExactly(alone.weights().toArray());
    }

    @ParameterizedTest
    @MethodSource("variations")
    void theKernelsAgree(Variation variation) {
        StepSettings settings = StepSettings.of(0, 0.01);
        double[] expected =
                trainer(variation.weights(), new PortableKernels(), Double.MAX_VALUE)
                        .gradients(batch(), settings);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();

        assertThat(
                        trainer(variation.weights(), KernelProvider.kernels(), Double.MAX_VALUE)
                                .gradients(batch(), settings))
                .containsExactly(expected, within(1e-5 * largest));
    }

    @ParameterizedTest
    @MethodSource("variations")
    void eachParameterHasItsOwnOffset(Variation variation) {
        Layout layout = variation.weights().layout();
        assertThat(TensorTrainerTest.countOwnOffsets(layout)).isEqualTo(layout.numParams());
    }

    /// Otherwise statistics over all parameters would count it.
    @ParameterizedTest
    @MethodSource("variations")
    void thePaddingStaysZero(Variation variation) throws NotFiniteException {
        TensorTrainer trainer = trainer(variation.weights(), KernelProvider.kernels(), 0);
        for (int step = 0; step < 3; step++) {
            double _ = trainer.trainStep(batch(), StepSettings.of(step, 0.01));
        }
        Layout layout = trainer.weights().layout();
        float[] padding = trainer.weights().array().clone();
        layout.order().forEachParam((_, offset) -> padding[offset] = 0);
        assertThat(padding).containsOnly(0);
    }

    @ParameterizedTest
    @MethodSource("variations")
    void itsMemoryIsEstimated(Variation variation) throws NotFiniteException {
        int[][] batch = batch();
        int rows = Arrays.stream(batch).mapToInt(tokens -> tokens.length - 1).sum();
        Weights weights = variation.weights();
        Layout layout = weights.layout();
        double _ =
                trainer(variation.weights(), new PortableKernels(), Double.MAX_VALUE)
                        .trainStep(batch, StepSettings.of(0, 0.01)); // loads the classes
        new KvDecoder(weights, new PortableKernels()).next(0);

        long before = THREADS.getCurrentThreadAllocatedBytes();
        TensorTrainer trainer = trainer(weights.copy(), new PortableKernels(), Double.MAX_VALUE);
        double _ = trainer.trainStep(batch, StepSettings.of(0, 0.01));
        new KvDecoder(trainer.weights(), new PortableKernels()).next(0);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        long estimate =
                new TensorMemoryEstimate(
                                VOCAB,
                                layout.width,
                                layout.heads,
                                LAYERS,
                                BLOCK_SIZE,
                                variation.architecture())
                        .trainerBytes(rows);
        assertThat(estimate).isBetween(allocated - OBJECTS, 2 * allocated + OBJECTS);
    }
}
