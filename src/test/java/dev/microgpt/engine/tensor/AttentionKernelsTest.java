package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Random;

/// The portable and the SIMD attention compute the same, for narrow and for wide heads.
final class AttentionKernelsTest {

    private static final int TOKENS = 40;
    private static final int LONG = 150; // more positions than are held at a time

    private static final Kernels PORTABLE = new PortableKernels();
    private static final Kernels SIMD = new SimdKernels();

    private final Random random = new Random(1);

    static AttentionBuffers buffers(Layout layout, int rows, boolean traced) {
        AttentionBuffers b = new AttentionBuffers(layout);
        b.qkv = new float[rows * b.qkvStride];
        b.dqkv = new float[rows * b.qkvStride];
        b.o = new float[rows * b.oStride];
        b.dO = new float[rows * b.oStride];
        b.max = new float[rows * b.oStride];
        b.inverseSum = new float[rows * b.oStride];
        b.weights = traced ? new float[layout.heads * rows * rows] : null;
        return b;
    }

    /// Fills the columns of all heads in each of `parts` matrices side by side; the padding stays 0.
    private void fill(float[] x, int stride, int parts, Layout layout) {
        for (int i = 0; i < x.length; i++) {
            if (isInside(i % stride, parts, layout)) {
                x[i] = (float) random.nextGaussian(0, 1.5);
            }
        }
    }

    private static boolean isInside(int column, int parts, Layout layout) {
        int inPart = column % layout.a;
        return column / layout.a < parts
                && inPart / layout.d < layout.heads
                && inPart % layout.d < layout.headDim;
    }

    private static void assertClose(
            String name, float[] actual, float[] expected, int stride, int parts, Layout layout) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            double tolerance =
                    isInside(i % stride, parts, layout)
                            ? 4e-6 * (layout.d + 16) * Math.max(1, Math.abs(expected[i]))
                            : 0;
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
                assertThat(actual[i])
                        .as("%s at row %d, column %d", name, i / stride, i % stride)
                        .isCloseTo(expected[i], within((float) tolerance));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1", "1, 3", "1, 17", "1, 33", "2, 1", "2, 5", "2, 8", "3, 3", "4, 1", "4, 4", "5, 3",
        "7, 2", "8, 1", "8, 3", "9, 1", "12, 3", "15, 2", "16, 1", "16, 3", "17, 2", "32, 1",
        "32, 2", "48, 1", "48, 2"
    })
    void agreeForwardAndBackward(int headDim, int heads) {
        Layout layout = new Layout(5, headDim * heads, heads, 1, TOKENS);
        for (int tokens = 1; tokens <= TOKENS; tokens++) {
            for (int row : new int[] {0, 3}) {
                assertAgree(layout, tokens, row);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "4, 4", "16, 1", "17, 2"})
    void agreeOverLongContexts(int headDim, int heads) {
        Layout layout = new Layout(5, headDim * heads, heads, 1, LONG);
        for (int tokens : new int[] {63, 64, 65, 72, 100, 127, 128, 129, LONG}) {
            assertAgree(layout, tokens, 0);
            assertAgree(layout, tokens, 3);
        }
    }

    private void assertAgree(Layout layout, int tokens, int row) {
        int rows = row + tokens + Activations.SLACK;
        AttentionBuffers portable = buffers(layout, rows, row == 0);
        AttentionBuffers simd = buffers(layout, rows, row == 0);
        fill(portable.qkv, portable.qkvStride, 3, layout);
        fill(portable.dO, portable.oStride, 1, layout);
        System.arraycopy(portable.qkv, 0, simd.qkv, 0, simd.qkv.length);
        System.arraycopy(portable.dO, 0, simd.dO, 0, simd.dO.length);
        Arrays.fill(simd.dqkv, row * simd.qkvStride, (row + tokens) * simd.qkvStride, 7);

        AttentionScratch scratch = new AttentionScratch(layout);
        for (int group = 0; group < portable.groups; group++) {
            PORTABLE.attention(portable, scratch, tokens, row, group);
            SIMD.attention(simd, scratch, tokens, row, group);
        }
        assertClose("o", simd.o, portable.o, simd.oStride, 1, layout);
        if (portable.weights != null && simd.weights != null) {
            assertWeights(portable.weights, simd.weights, layout.heads, tokens);
        }

        for (int group = 0; group < portable.groups; group++) {
            PORTABLE.attentionBackward(portable, scratch, tokens, row, group);
            SIMD.attentionBackward(simd, scratch, tokens, row, group);
        }
        assertClose("dqkv", simd.dqkv, portable.dqkv, simd.qkvStride, 3, layout);

        assertAttendEqualsTheLastRow(PORTABLE, portable, layout, scratch, tokens, row);
        assertAttendEqualsTheLastRow(SIMD, simd, layout, scratch, tokens, row);
    }

    private static void assertWeights(float[] portable, float[] simd, int heads, int tokens) {
        for (int head = 0; head < heads; head++) {
            for (int t = 0; t < tokens; t++) {
                int first = (head * tokens + t) * tokens;
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    sum += simd[first + s];
                    if (!(Math.abs(simd[first + s] - portable[first + s]) <= 1e-4)) {
                        assertThat(simd[first + s])
                                .as("weight of head %d at %d of %d", head, t, s)
                                .isCloseTo(portable[first + s], within(1e-4f));
                    }
                }
                assertThat(sum).isCloseTo(1, within(1e-5));
            }
        }
    }

    private static void assertAttendEqualsTheLastRow(
            Kernels kernels,
            AttentionBuffers b,
            Layout layout,
            AttentionScratch scratch,
            int tokens,
            int row) {
        int gap = 16;
        float[] keys = new float[gap + tokens * b.a];
        float[] values = new float[gap + tokens * b.a];
        for (int s = 0; s < tokens; s++) {
            int from = (row + s) * b.qkvStride;
            System.arraycopy(b.qkv, from + b.a, keys, gap + s * b.a, b.a);
            System.arraycopy(b.qkv, from + 2 * b.a, values, gap + s * b.a, b.a);
        }
        int last = row + tokens - 1;
        float[] o = new float[b.a];
        float[] q = Arrays.copyOfRange(b.qkv, last * b.qkvStride, last * b.qkvStride + b.a);
        kernels.attend(b, scratch, tokens, q, keys, values, gap, o);

        float[] expected = Arrays.copyOfRange(b.o, last * b.oStride, last * b.oStride + b.a);
        assertClose(kernels.name(), o, expected, b.a, 1, layout);
    }
}
