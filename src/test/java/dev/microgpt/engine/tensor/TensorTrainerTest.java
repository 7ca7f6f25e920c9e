package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.training.StepSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.util.Random;

/// Memory and buffers of a trainer. Uses the portable kernels, as vectors are objects until the compiler
/// has compiled the code.
final class TensorTrainerTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// The bytes of objects other than the arrays.
    private static final int OBJECTS = 6_000;

    private static final int VOCAB = 20;

    private static TensorTrainer model(int width, int heads, int layers, int blockSize) {
        int numParams = (2 * VOCAB + blockSize) * width + 12 * layers * width * width;
        double[] params = new double[numParams];
        Random random = new Random(1);
        for (int i = 0; i < numParams; i++) {
            params[i] = random.nextGaussian(0, 0.08);
        }
        return model(width, heads, layers, blockSize, params);
    }

    private static TensorTrainer model(
            int width, int heads, int layers, int blockSize, double[] params) {
        Weights weights =
                Weights.of(VOCAB, width, heads, layers, blockSize, Architecture.MICROGPT, params);
        return trainer(weights, new PortableKernels(), Workers.PARALLEL_THRESHOLD);
    }

    private static TensorTrainer trainer(
            Weights weights, Kernels kernels, double parallelThreshold) {
        return new TensorTrainer(weights, AdamState.initial(weights), kernels, parallelThreshold);
    }

    private static KvDecoder decoder(TensorTrainer model) {
        return new KvDecoder(model.weights(), new PortableKernels());
    }

    private static double[] params(TensorTrainer model) {
        return model.weights().toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "16, 4, 1, 16, 1, 16",
        "16, 4, 1, 16, 1, 3",
        "17, 1, 2, 33, 3, 33",
        "34, 2, 1, 100, 1, 100",
        "256, 8, 1, 8, 1, 8",
        "1, 1, 1, 1, 1, 1",
        "16, 16, 8, 2000, 1, 5",
        "64, 4, 4, 32, 5, 32",
        "10, 2, 3, 400, 2, 399",
    })
    void estimatesTheMemoryOfModelStepAndDecoder(
            int width, int heads, int layers, int blockSize, int batchSize, int tokens)
            throws NotFiniteException {
        int[][] batch = new int[batchSize][tokens + 1];
        double[] params = new double[(2 * VOCAB + blockSize) * width + 12 * layers * width * width];
        decoder(model(1, 1, 1, 1)).next(0); // loads the classes

        long before = THREADS.getCurrentThreadAllocatedBytes();
        TensorTrainer model = model(width, heads, layers, blockSize, params);
        model.trainStep(batch, StepSettings.of(0, 0.01));
        KvDecoder decoder = decoder(model);
        decoder.next(0);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        long estimate =
                new TensorMemoryEstimate(
                                VOCAB, width, heads, layers, blockSize, Architecture.MICROGPT)
                        .trainerBytes((double) batchSize * tokens);
        assertThat(estimate).isBetween(allocated - OBJECTS, 2 * allocated + OBJECTS);
    }

    /// Inference allocates no gradients, no moments, and no buffers of a backward pass.
    @ParameterizedTest
    @CsvSource({
        "16, 4, 1, 16",
        "17, 1, 2, 33",
        "34, 2, 1, 100",
        "256, 8, 1, 8",
        "1, 1, 1, 1",
        "64, 4, 4, 32"
    })
    void estimatesTheMemoryOfInference(int width, int heads, int layers, int blockSize) {
        Weights weights = model(width, heads, layers, blockSize).weights();
        int[] longest = new int[blockSize + 1];
        read(model(1, 1, 1, 1).weights(), new int[2]); // loads the classes

        long before = THREADS.getCurrentThreadAllocatedBytes();
        read(weights, longest);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        long estimate =
                new TensorMemoryEstimate(
                                        VOCAB,
                                        width,
                                        heads,
                                        layers,
                                        blockSize,
                                        Architecture.MICROGPT)
                                .predictorBytes()
                        - weights.bytes();
        assertThat(estimate).isBetween(allocated - OBJECTS, 2 * allocated + OBJECTS);
    }

    private static void read(Weights weights, int[] tokens) {
        Kernels kernels = new PortableKernels();
        ForwardPass forward = new ForwardPass(weights, new Workspace(weights.layout(), kernels));
        forward.losses(tokens);
        new KvDecoder(weights, kernels).next(0);
    }

    @Test
    void stepsReuseTheirMemory() throws NotFiniteException {
        TensorTrainer model = model(16, 4, 2, 16);
        int[][] longest = {{19, 1, 2, 3, 4, 5, 6, 7, 19}, {19, 1, 2, 3, 4, 19}};
        int[][] shorter = {{19, 1, 2, 3, 19}};
        model.trainStep(longest, StepSettings.of(0, 0.01));
        model.trainStep(shorter, StepSettings.of(1, 0.01));

        long before = THREADS.getCurrentThreadAllocatedBytes();
        model.trainStep(shorter, StepSettings.of(2, 0.01));
        model.trainStep(longest, StepSettings.of(3, 0.01));

        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
    }

    /// Values that longer documents left in the buffers have no effect.
    @Test
    void gradientsDoNotDependOnEarlierBatches() {
        TensorTrainer model = model(16, 4, 2, 16);
        int[][] batch = {{19, 3, 2, 19}};
        double[] before = model.gradients(batch, StepSettings.of(0, 0.01));
        model.gradients(
                new int[][] {{19, 1, 2, 3, 4, 5, 6, 7, 19}, {19, 1, 2, 3, 4, 19}},
                StepSettings.of(0, 0.01));
        model.forwardPass().capture(new int[] {19, 5, 5, 5, 5, 5, 5});

        assertThat(model.gradients(batch, StepSettings.of(0, 0.01))).containsExactly(before);
    }

    /// Tokens 1 to 18 appear in the first step only, so that their moments decay for 9,000 steps.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void decayingMomentsNeverBecomeSubnormal(boolean vectors) throws NotFiniteException {
        Kernels kernels = vectors ? new SimdKernels() : new PortableKernels();
        double[] params = params(model(4, 2, 1, 4));
        TensorTrainer model =
                trainer(Weights.of(VOCAB, 4, 2, 1, 4, Architecture.MICROGPT, params), kernels, 1e9);
        for (int token = 1; token < 19; token++) {
            model.trainStep(new int[][] {{19, token, token, 19}}, StepSettings.of(token - 1, 0.01));
        }
        for (int step = 18; step < 9_000; step++) {
            model.trainStep(new int[][] {{19, 0, 19}}, StepSettings.of(step, 0.01));
            for (float[] moments : model.state().moments()) {
                for (float x : moments) {
                    if (x != 0 && Math.abs(x) < Float.MIN_NORMAL) {
                        assertThat(x).as("a moment after step %d", step).isZero();
                    }
                }
            }
        }
    }

    @Test
    void paddingOfParametersStaysZero() throws NotFiniteException {
        TensorTrainer model = model(10, 2, 2, 7);
        for (Kernels kernels : new Kernels[] {new PortableKernels(), new SimdKernels()}) {
            TensorTrainer trained =
                    trainer(
                            Weights.of(VOCAB, 10, 2, 2, 7, Architecture.MICROGPT, params(model)),
                            kernels,
                            Workers.PARALLEL_THRESHOLD);
            for (int step = 0; step < 20; step++) {
                int[][] batch = {{19, 1, 2, 3, 19}, {19, step % 19, 7, 19}};
                assertThat(trained.trainStep(batch, StepSettings.of(step, 0.01))).isFinite();
            }
            boolean[] isParam = new boolean[trained.weights().layout().size];
            trained.weights().layout().order().forEachParam((_, offset) -> isParam[offset] = true);
            for (int i = 0; i < isParam.length; i++) {
                if (!isParam[i] && trained.weights().array()[i] != 0) {
                    assertThat(trained.weights().array()[i]).as("padding at %d", i).isZero();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "16, 4, 1, 16, 1",
        "16, 4, 1, 16, 20",
        "40, 2, 2, 33, 5",
        "64, 4, 1, 150, 2",
        "7, 7, 3, 5, 9"
    })
    void resultsDoNotDependOnThreads(int width, int heads, int layers, int blockSize, int batchSize)
            throws NotFiniteException {
        double[] params = params(model(width, heads, layers, blockSize));
        TensorTrainer alone = simd(width, heads, layers, blockSize, params, Double.MAX_VALUE);
        TensorTrainer split = simd(width, heads, layers, blockSize, params, 0);
        Random random = new Random(1);
        for (int step = 0; step < 5; step++) {
            int[][] batch = new int[batchSize][];
            for (int b = 0; b < batchSize; b++) {
                batch[b] = random.ints(2 + random.nextInt(blockSize), 0, VOCAB).toArray();
            }
            assertThat(split.gradients(batch, StepSettings.of(0, 0.01)))
                    .containsExactly(alone.gradients(batch, StepSettings.of(0, 0.01)));
            double loss = alone.trainStep(batch, StepSettings.of(step, 0.01));
            assertThat(split.trainStep(batch, StepSettings.of(step, 0.01))).isEqualTo(loss);
        }
        assertThat(params(split)).containsExactly(params(alone));
    }

    private static TensorTrainer simd(
            int width,
            int heads,
            int layers,
            int blockSize,
            double[] params,
            double parallelThreshold) {
        Weights weights =
                Weights.of(VOCAB, width, heads, layers, blockSize, Architecture.MICROGPT, params);
        return trainer(weights, new SimdKernels(), parallelThreshold);
    }

    /// Checks that no two parameters have the same place, and returns how many there are.
    static int countOwnOffsets(Layout layout) {
        boolean[] taken = new boolean[layout.size];
        int[] count = new int[1];
        layout.order()
                .forEachParam(
                        (index, offset) -> {
                            assertThat(index).isEqualTo(count[0]++);
                            assertThat(taken[offset]).isFalse();
                            taken[offset] = true;
                        });
        return count[0];
    }

    @Test
    void eachParameterHasItsOwnOffset() {
        for (int width : new int[] {1, 3, 16, 17, 33, 34, 70}) {
            for (int heads = 1; heads <= width; heads++) {
                if (width % heads != 0) {
                    continue;
                }
                Layout layout = new Layout(VOCAB, width, heads, 2, 9);
                int count = countOwnOffsets(layout);
                assertThat(count).isEqualTo((2 * VOCAB + 9) * width + 24 * width * width);
            }
        }
    }
}
