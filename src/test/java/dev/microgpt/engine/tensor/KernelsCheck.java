package dev.microgpt.engine.tensor;

import java.util.Random;

/// Trains small models on both kernels and fails where they differ; prints the name of the fast ones.
/// Started by tests as a process of its own.
final class KernelsCheck {

    private static final int VOCAB = 29;
    private static final int[][] SHAPES = {
        // width, heads, layers, blockSize
        {16, 4, 1, 16}, {16, 16, 2, 40}, {33, 3, 1, 9}, {48, 2, 1, 70}, {64, 4, 2, 16}
    };

    private KernelsCheck() {}

    /// @param args none
    public static void main(String[] args) {
        Random random = new Random(1);
        for (int[] shape : SHAPES) {
            check(shape[0], shape[1], shape[2], shape[3], random);
        }
        System.out.println(new SimdKernels().name());
    }

    private static void check(int width, int heads, int layers, int blockSize, Random random) {
        int size = (2 * VOCAB + blockSize) * width + 12 * layers * width * width;
        double[] params = random.doubles(size, -0.3, 0.3).toArray();
        TensorModel[] models = new TensorModel[2];
        Kernels[] kernels = {new PortableKernels(), new SimdKernels()};
        for (int i = 0; i < 2; i++) {
            models[i] =
                    new TensorModel(
                            VOCAB, width, heads, layers, blockSize, params, kernels[i], 1e9);
        }
        int[][] batch = new int[3][];
        for (int b = 0; b < batch.length; b++) {
            batch[b] = random.ints(2 + random.nextInt(blockSize), 0, VOCAB).toArray();
        }
        requireClose(models[0].gradients(batch), models[1].gradients(batch));
        requireClose(
                new double[] {models[0].trainStep(batch, 0, 0.01)},
                new double[] {models[1].trainStep(batch, 0, 0.01)});
    }

    private static void requireClose(double[] expected, double[] actual) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
        }
        if (!(difference <= 1e-4 * largest)) {
            throw new IllegalStateException("differs by %s of %s".formatted(difference, largest));
        }
    }
}
