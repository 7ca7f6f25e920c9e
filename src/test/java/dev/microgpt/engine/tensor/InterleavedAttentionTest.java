package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Random;

/// The attention of several sequences at a time is that of each by itself, to the bit.
final class InterleavedAttentionTest {

    private static final Kernels KERNELS = new SimdKernels();

    private final Random random = new Random(1);

    @ParameterizedTest
    @CsvSource({"4, 4, 16", "4, 1, 16", "4, 9, 32", "8, 2, 16", "8, 5, 33", "3, 4, 16", "7, 2, 8"})
    void equalsThatOfEachSequence(int headDim, int heads, int blockSize) {
        Layout layout = new Layout(5, headDim * heads, heads, 1, blockSize);
        for (int count = 1; count <= 20; count++) {
            assertEqual(layout, random.ints(count, 1, blockSize + 1).toArray());
        }
        assertEqual(layout, new int[] {1, 1, 1, 1, 1, 1, 1, 1});
        assertEqual(layout, new int[] {blockSize, blockSize, blockSize, blockSize, 1});
        assertEqual(layout, new int[] {blockSize, 1});
    }

    private void assertEqual(Layout layout, int[] lengths) {
        int[][] batch =
                Arrays.stream(lengths)
                        .mapToObj(length -> new int[length + 1])
                        .toArray(int[][]::new);
        Sequences sequences = new Sequences();
        sequences.fill(batch, layout.blockSize);
        int rows = sequences.rows() + Activations.SLACK;
        AttentionBuffers one = AttentionKernelsTest.buffers(layout, rows, false);
        AttentionBuffers many = AttentionKernelsTest.buffers(layout, rows, false);
        fill(one.qkv, many.qkv);
        fill(one.dO, many.dO);
        fill(one.dqkv, many.dqkv); // is written over

        AttentionScratch scratch = new AttentionScratch(layout);
        int atATime = KERNELS.sequencesAtATime(many);
        for (int group = 0; group < one.groups; group++) {
            for (int i = 0; i < lengths.length; i++) {
                KERNELS.attention(one, scratch, lengths[i], sequences.starts[i], group);
                KERNELS.attentionBackward(one, scratch, lengths[i], sequences.starts[i], group);
            }
            for (int i = 0; i < lengths.length; i += atATime) {
                int end = Math.min(i + atATime, lengths.length);
                KERNELS.attention(many, scratch, sequences, i, end, group);
                KERNELS.attentionBackward(many, scratch, sequences, i, end, group);
            }
        }
        assertRows("o", one.o, many.o, sequences.rows() * one.oStride);
        assertRows("dqkv", one.dqkv, many.dqkv, sequences.rows() * one.qkvStride);
    }

    private static void assertRows(String name, float[] expected, float[] actual, int end) {
        assertThat(Arrays.copyOf(actual, end)).as(name).isEqualTo(Arrays.copyOf(expected, end));
    }

    private void fill(float[] x, float[] copy) {
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian(0, 1.5);
        }
        System.arraycopy(x, 0, copy, 0, x.length);
    }
}
