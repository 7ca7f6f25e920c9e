package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.training.StepSettings;

import java.util.Random;

/// Trains small models with the portable kernels and with the chosen kernels, and fails if the results
/// differ; or if a batch of sequences differs from a single one. Prints which kernels were chosen. Tests run it in a separate process.
final class KernelsCheck {

    private static final int VOCAB = 29;
    private static final int[][] SHAPES = {
        // width, heads, layers, blockSize
        {16, 4, 1, 16},
        {16, 16, 2, 40},
        {33, 3, 1, 9},
        {48, 2, 1, 70},
        {64, 4, 2, 16},
        // heads of 2 to 8 elements
        {6, 3, 1, 5},
        {7, 1, 1, 3},
        {28, 4, 1, 16},
        {16, 2, 2, 33}
    };

    private KernelsCheck() {}

    /// @param args none
    public static void main(String[] args) throws NotFiniteException {
        Random random = new Random(1);
        for (int[] shape : SHAPES) {
            check(shape[0], shape[1], shape[2], shape[3], random);
            int numCommon = 1 + random.nextInt(shape[3] - 1);
            BatchCheck.agrees(
                    KernelProvider.kernels(), VOCAB, shape, Architecture.MICROGPT, numCommon);
        }
        System.out.println(KernelProvider.description());
    }

    private static void check(int width, int heads, int layers, int blockSize, Random random)
            throws NotFiniteException {
        int size = (2 * VOCAB + blockSize) * width + 12 * layers * width * width;
        double[] params = random.doubles(size, -0.3, 0.3).toArray();
        TensorTrainer[] trainers = new TensorTrainer[2];
        Kernels[] kernels = {new PortableKernels(), KernelProvider.kernels()};
        for (int i = 0; i < 2; i++) {
            Weights weights =
                    Weights.of(
                            VOCAB, width, heads, layers, blockSize, Architecture.MICROGPT, params);
            trainers[i] = new TensorTrainer(weights, AdamState.initial(weights), kernels[i], 1e9);
        }
        int[][] batch = new int[3][];
        for (int b = 0; b < batch.length; b++) {
            batch[b] = random.ints(2 + random.nextInt(blockSize), 0, VOCAB).toArray();
        }
        requireClose(
                trainers[0].gradients(batch, StepSettings.of(0, 0.01)),
                trainers[1].gradients(batch, StepSettings.of(0, 0.01)));
        requireClose(
                new double[] {trainers[0].trainStep(batch, StepSettings.of(0, 0.01))},
                new double[] {trainers[1].trainStep(batch, StepSettings.of(0, 0.01))});
        requireClose(decoded(trainers[0], kernels[0]), decoded(trainers[1], kernels[1]));
    }

    /// Returns the decoder's logits for a short sequence.
    private static double[] decoded(TensorTrainer trainer, Kernels kernels) {
        KvDecoder decoder = new KvDecoder(trainer.weights(), kernels);
        decoder.next(1);
        decoder.next(2);
        return decoder.logits();
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
