package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.util.Random;

/// The memory of a model. The kernels are the portable ones, as vectors are objects until the compiler
/// has seen them.
final class TensorModelTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Of objects around the arrays.
    private static final int OBJECTS = 6_000;

    private static final int VOCAB = 20;

    private static TensorModel model(int width, int heads, int layers, int blockSize) {
        int numParams = (2 * VOCAB + blockSize) * width + 12 * layers * width * width;
        double[] params = new double[numParams];
        Random random = new Random(1);
        for (int i = 0; i < numParams; i++) {
            params[i] = random.nextGaussian(0, 0.08);
        }
        return model(width, heads, layers, blockSize, params);
    }

    private static TensorModel model(
            int width, int heads, int layers, int blockSize, double[] params) {
        return new TensorModel(
                VOCAB,
                width,
                heads,
                layers,
                blockSize,
                params,
                new PortableKernels(),
                Workers.WORTHWHILE);
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
    void modelStepAndDecoderTakeAboutWhatIsEstimated(
            int width, int heads, int layers, int blockSize, int batchSize, int tokens) {
        int[][] batch = new int[batchSize][tokens + 1];
        double[] params = new double[(2 * VOCAB + blockSize) * width + 12 * layers * width * width];
        new KvDecoder(model(1, 1, 1, 1)).next(0); // loads the classes

        long before = THREADS.getCurrentThreadAllocatedBytes();
        TensorModel model = model(width, heads, layers, blockSize, params);
        model.trainStep(batch, 0, 0.01);
        KvDecoder decoder = new KvDecoder(model);
        decoder.next(0);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        long estimate =
                TensorModel.estimateBytes(
                        VOCAB, width, heads, layers, blockSize, (double) batchSize * tokens);
        assertThat(estimate).isBetween(allocated - OBJECTS, 2 * allocated + OBJECTS);
    }

    @Test
    void memoryOfAStepIsUsedAgain() {
        TensorModel model = model(16, 4, 2, 16);
        int[][] longest = {{19, 1, 2, 3, 4, 5, 6, 7, 19}, {19, 1, 2, 3, 4, 19}};
        int[][] shorter = {{19, 1, 2, 3, 19}};
        model.trainStep(longest, 0, 0.01);
        model.trainStep(shorter, 1, 0.01);

        long before = THREADS.getCurrentThreadAllocatedBytes();
        model.trainStep(shorter, 2, 0.01);
        model.trainStep(longest, 3, 0.01);

        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
    }

    /// What longer documents left in the buffers does not matter.
    @Test
    void gradientsDoNotDependOnWhatWasTrainedBefore() {
        TensorModel model = model(16, 4, 2, 16);
        int[][] batch = {{19, 3, 2, 19}};
        double[] before = model.gradients(batch);
        model.gradients(new int[][] {{19, 1, 2, 3, 4, 5, 6, 7, 19}, {19, 1, 2, 3, 4, 19}});
        model.capture(new int[] {19, 5, 5, 5, 5, 5, 5});

        assertThat(model.gradients(batch)).containsExactly(before);
    }

    /// Tokens 1 to 18 appear in the first step only, so that their moments decay for 9,000 steps.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingThatDecaysBecomesSubnormal(boolean vectors) {
        Kernels kernels = vectors ? new SimdKernels() : new PortableKernels();
        double[] params = model(4, 2, 1, 4).params();
        TensorModel model = new TensorModel(VOCAB, 4, 2, 1, 4, params, kernels, 1e9);
        for (int token = 1; token < 19; token++) {
            model.trainStep(new int[][] {{19, token, token, 19}}, token - 1, 0.01);
        }
        for (int step = 18; step < 9_000; step++) {
            model.trainStep(new int[][] {{19, 0, 19}}, step, 0.01);
            for (float[] moments : model.moments()) {
                for (float x : moments) {
                    if (x != 0 && Math.abs(x) < Float.MIN_NORMAL) {
                        assertThat(x).as("a moment after step %d", step).isZero();
                    }
                }
            }
        }
    }

    @Test
    void paddingOfParametersStaysZero() {
        TensorModel model = model(10, 2, 2, 7);
        for (Kernels kernels : new Kernels[] {new PortableKernels(), new SimdKernels()}) {
            TensorModel trained =
                    new TensorModel(
                            VOCAB, 10, 2, 2, 7, model.params(), kernels, Workers.WORTHWHILE);
            for (int step = 0; step < 20; step++) {
                int[][] batch = {{19, 1, 2, 3, 19}, {19, step % 19, 7, 19}};
                assertThat(trained.trainStep(batch, step, 0.01)).isFinite();
            }
            boolean[] isParam = new boolean[trained.layout().size];
            trained.layout().forEachParam((_, place) -> isParam[place] = true);
            for (int i = 0; i < isParam.length; i++) {
                if (!isParam[i] && trained.weights()[i] != 0) {
                    assertThat(trained.weights()[i]).as("padding at %d", i).isZero();
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
    void threadsMakeNoDifference(int width, int heads, int layers, int blockSize, int batchSize) {
        double[] params = model(width, heads, layers, blockSize).params();
        TensorModel alone = simd(width, heads, layers, blockSize, params, Double.MAX_VALUE);
        TensorModel split = simd(width, heads, layers, blockSize, params, 0);
        Random random = new Random(1);
        for (int step = 0; step < 5; step++) {
            int[][] batch = new int[batchSize][];
            for (int b = 0; b < batchSize; b++) {
                batch[b] = random.ints(2 + random.nextInt(blockSize), 0, VOCAB).toArray();
            }
            assertThat(split.gradients(batch)).containsExactly(alone.gradients(batch));
            double loss = alone.trainStep(batch, step, 0.01);
            assertThat(split.trainStep(batch, step, 0.01)).isEqualTo(loss);
        }
        assertThat(split.params()).containsExactly(alone.params());
    }

    private static TensorModel simd(
            int width, int heads, int layers, int blockSize, double[] params, double worthwhile) {
        return new TensorModel(
                VOCAB, width, heads, layers, blockSize, params, new SimdKernels(), worthwhile);
    }

    @Test
    void eachParameterHasAPlaceOfItsOwn() {
        for (int width : new int[] {1, 3, 16, 17, 33, 34, 70}) {
            for (int heads = 1; heads <= width; heads++) {
                if (width % heads != 0) {
                    continue;
                }
                Layout layout = new Layout(VOCAB, width, heads, 2, 9);
                boolean[] taken = new boolean[layout.size];
                int[] count = new int[1];
                layout.forEachParam(
                        (index, place) -> {
                            assertThat(index).isEqualTo(count[0]++);
                            assertThat(taken[place]).isFalse();
                            taken[place] = true;
                        });
                assertThat(count[0]).isEqualTo((2 * VOCAB + 9) * width + 24 * width * width);
            }
        }
    }
}
