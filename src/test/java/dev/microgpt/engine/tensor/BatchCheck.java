package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.Architecture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Reads random sequences with a [BatchDecoder], and each of them again with a [KvDecoder]. Fails if a probability
/// differs in a bit.
final class BatchCheck {

    private static final int S = BatchDecoder.SEQUENCES;
    private static final float SCALE = 1.25f;

    private final Weights weights;
    private final Kernels kernels;
    private final int vocab;
    private final int blockSize;
    private final Random random;
    private final List<int[]> sequences = new ArrayList<>(); // the tokens of each
    private final int[] common;

    private BatchCheck(Weights weights, Kernels kernels, int numCommon, Random random) {
        this.weights = weights;
        this.kernels = kernels;
        this.random = random;
        vocab = weights.layout().vocab;
        blockSize = weights.layout().blockSize;
        common = random.ints(numCommon, 0, vocab).toArray();
    }

    /// @param size C, H, L, T
    /// @param numCommon number of the tokens that all sequences begin with
    /// @return whether there is a decoder
    static boolean agrees(
            Kernels kernels, int vocab, int[] size, Architecture architecture, int numCommon) {
        Random random = new Random(Arrays.hashCode(size));
        int numParams =
                new Layout(vocab, size[0], size[1], size[2], size[3], architecture).numParams();
        double[] params = random.doubles(numParams, -0.4, 0.4).toArray();
        Weights weights =
                Weights.of(vocab, size[0], size[1], size[2], size[3], architecture, params);
        BatchDecoder decoder = BatchDecoder.create(weights, kernels);
        if (decoder == null) {
            return false;
        }
        BatchCheck check = new BatchCheck(weights, kernels, numCommon, random);
        check.run(decoder);
        check.run(decoder); // it can begin again
        return true;
    }

    private void run(BatchDecoder decoder) {
        decoder.begin(read(common));
        sequences.clear();
        for (int s = 0; s < S; s++) {
            sequences.add(new int[0]);
        }
        for (int step = 0; step < 3 * blockSize; step++) {
            int[] tokens = random.ints(S, 0, vocab).toArray();
            int[] lengths = new int[S];
            for (int s = 0; s < S; s++) {
                extend(s, tokens[s]);
                lengths[s] = sequences.get(s).length;
            }
            decoder.next(tokens, lengths);
            if (!decoder.probabilities(SCALE)) {
                throw new IllegalStateException("the logits are too large");
            }
            for (int s = 0; s < S; s += 5) {
                requireSame(decoder, s);
            }
        }
    }

    /// Adds a token to a sequence, or starts it again with the token.
    private void extend(int s, int token) {
        int[] former = sequences.get(s);
        boolean restarts = former.length == blockSize - common.length || random.nextInt(6) == 0;
        int[] next =
                Arrays.copyOf(restarts ? new int[0] : former, restarts ? 1 : former.length + 1);
        next[next.length - 1] = token;
        sequences.set(s, next);
    }

    private void requireSame(BatchDecoder decoder, int s) {
        KvDecoder single = read(common);
        for (int token : sequences.get(s)) {
            single.next(token);
        }
        double[] expected = new double[vocab];
        single.probabilities(1 / (double) SCALE, expected);
        double[] actual = new double[vocab];
        decoder.probabilitiesOf(s, actual);
        if (!Arrays.equals(expected, actual)) {
            throw new IllegalStateException(
                    "after %s: %s, not %s"
                            .formatted(
                                    Arrays.toString(sequences.get(s)),
                                    Arrays.toString(actual),
                                    Arrays.toString(expected)));
        }
    }

    private KvDecoder read(int[] tokens) {
        KvDecoder single = new KvDecoder(weights, kernels);
        for (int token : tokens) {
            single.next(token);
        }
        return single;
    }
}
