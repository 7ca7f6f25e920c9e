package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// The portable and the SIMD [Kernels] compute the same, at all sizes.
@SharesNothing
final class KernelsTest {

    private static final int[] SIZES = {1, 3, 7, 15, 16, 17, 31, 33, 64, 100};

    private static final Kernels PORTABLE = new PortableKernels();
    private static final Kernels SIMD = new SimdKernels();
    private static final List<Kernels> BOTH = List.of(PORTABLE, SIMD);

    private final Random random = new Random(1);

    /// Rows of `width` random numbers, each followed by zeros up to its stride.
    private float[] rows(int rows, int width, int stride) {
        float[] x = new float[rows * stride];
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < width; j++) {
                x[row * stride + j] = (float) random.nextGaussian();
            }
        }
        return x;
    }

    /// A weight in panels, with zeros in its padding.
    private float[] weight(int offset, int in, int out) {
        int paddedIn = Layout.padded(in);
        int paddedOut = Layout.padded(out);
        float[] w = new float[offset + paddedIn * paddedOut];
        for (int i = 0; i < in; i++) {
            for (int j = 0; j < out; j++) {
                w[offset + Layout.panelOffset(paddedIn, paddedOut, i, j)] =
                        (float) random.nextGaussian();
            }
        }
        return w;
    }

    private static void assertClose(float[] actual, float[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
                assertThat(actual[i])
                        .as("element %d", i)
                        .isCloseTo(expected[i], within((float) tolerance));
            }
        }
    }

    private static void assertPaddingIsZero(float[] x, int width, int stride) {
        for (int i = 0; i < x.length; i++) {
            if (i % stride >= width && x[i] != 0) {
                assertThat(x[i]).as("padding at %d", i).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 16, 24})
    void multiplies(int rows) {
        for (int in : SIZES) {
            for (int out : SIZES) {
                assertMultiplies(rows, in, out);
            }
        }
    }

    private void assertMultiplies(int rows, int in, int out) {
        int paddedIn = Layout.padded(in);
        int paddedOut = Layout.padded(out);
        int xStride = paddedIn + Layout.PAD;
        int yStride = paddedOut + Layout.PAD;
        float[] x = rows(rows, in, xStride);
        float[] w = weight(32, in, out);
        float[] start = rows(rows, paddedOut, yStride);
        float[] plain = start.clone();
        for (int row = 0; row < rows; row++) {
            Arrays.fill(plain, row * yStride, row * yStride + paddedOut, 0);
            for (int j = 0; j < out; j++) {
                double sum = 0;
                for (int i = 0; i < in; i++) {
                    int place = 32 + Layout.panelOffset(paddedIn, paddedOut, i, j);
                    sum += (double) x[row * xStride + i] * w[place];
                }
                plain[row * yStride + j] = (float) sum;
            }
        }
        for (Kernels kernels : BOTH) {
            float[] y = start.clone();
            if (rows == 1) {
                kernels.multiplyRow(paddedIn, paddedOut, x, w, 32, y);
            } else {
                kernels.multiply(rows, paddedIn, paddedOut, x, 0, xStride, w, 32, y, 0, yStride);
            }
            assertClose(y, plain, 2e-6 * (in + 1));
        }
    }

    @Test
    void multipliesWithinLargerArrays() {
        float[] x = rows(24, 16, 16);
        float[] w = weight(16, 16, 33);
        for (Kernels kernels : BOTH) {
            float[] alone = new float[8 * 48];
            float[] middle = Arrays.copyOfRange(x, 8 * 16, 16 * 16);
            kernels.multiply(8, 16, 48, middle, 0, 16, w, 16, alone, 0, 48);
            float[] y = new float[24 * 48];
            Arrays.fill(y, 7);
            kernels.multiply(8, 16, 48, x, 8 * 16, 16, w, 16, y, 8 * 48, 48);

            assertThat(Arrays.copyOfRange(y, 8 * 48, 16 * 48)).containsExactly(alone);
            assertThat(Arrays.copyOf(y, 8 * 48)).containsOnly(7);
            assertThat(Arrays.copyOfRange(y, 16 * 48, 24 * 48)).containsOnly(7);
        }
    }

    @Test
    void embedsAndCollectsTheGradient() {
        int[] i = {2, 0, 2, 1};
        int[] j = {0, 1, 2, 0};
        for (int width : new int[] {16, 48}) {
            float[] table = rows(7, width, width);
            int bOffset = 4 * width;
            for (Kernels kernels : BOTH) {
                int stride = width + 16;
                float[] y = new float[4 * stride];
                kernels.embed(1, 4, width, table, width, i, bOffset, j, y, stride);
                float[] gradient = table.clone();
                kernels.embedBackward(4, width, y, stride, gradient, width, i, bOffset, j);

                for (int column = 0; column < width; column++) {
                    assertThat(y[column]).isZero();
                    for (int row = 1; row < 4; row++) {
                        float a = table[width + i[row] * width + column];
                        float b = table[bOffset + j[row] * width + column];
                        assertThat(y[row * stride + column]).isEqualTo(a + b);
                    }
                    int shared = bOffset + column; // row 0 of b, of positions 0 and 3
                    float sum = table[shared] + y[column] + y[3 * stride + column];
                    assertThat(gradient[shared]).isEqualTo(sum);
                    assertThat(gradient[column]).isEqualTo(table[column]);
                }
            }
        }
    }

    @Test
    void adds() {
        float[] x = rows(1, 64, 64);
        float[] y = rows(1, 64, 64);
        for (Kernels kernels : BOTH) {
            float[] sum = y.clone();
            kernels.add(x, 32, sum, 16, 32);
            for (int i = 0; i < 64; i++) {
                boolean inside = i >= 16 && i < 48;
                assertThat(sum[i]).isEqualTo(inside ? y[i] + x[i + 16] : y[i]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8, 13, 40})
    void computesTheGradientOfAWeight(int rows) {
        for (int in : SIZES) {
            for (int out : SIZES) {
                assertComputesTheGradientOfAWeight(rows, in, out);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 128, 128", "7, 130, 500", "512, 200, 128", "513, 128, 129", "1030, 210, 260"})
    void computesTheGradientOfAWideWeight(int rows, int in, int out) {
        assertComputesTheGradientOfAWeight(rows, in, out);
    }

    private void assertComputesTheGradientOfAWeight(int rows, int in, int out) {
        int paddedIn = Layout.padded(in);
        int paddedOut = Layout.padded(out);
        float[] x = rows(rows, in, paddedIn + Layout.PAD);
        float[] dy = rows(rows, out, paddedOut);
        float[] plain = new float[48 + paddedIn * paddedOut];
        for (int i = 0; i < in; i++) {
            for (int j = 0; j < out; j++) {
                double sum = 0;
                for (int row = 0; row < rows; row++) {
                    sum += (double) x[row * (paddedIn + Layout.PAD) + i] * dy[row * paddedOut + j];
                }
                plain[48 + Layout.panelOffset(paddedIn, paddedOut, i, j)] = (float) sum;
            }
        }
        Arrays.fill(plain, 0, 48, 7);
        for (Kernels kernels : BOTH) {
            float[] dw = new float[plain.length];
            Arrays.fill(dw, 7);
            kernels.weightGradient(
                    rows,
                    0,
                    paddedIn,
                    paddedIn,
                    paddedOut,
                    x,
                    paddedIn + Layout.PAD,
                    dy,
                    paddedOut,
                    dw,
                    48,
                    new float[Kernels.panelFloats(paddedIn)]);
            assertClose(dw, plain, 2e-6 * rows);
            assertSameInParts(kernels, rows, in, out, x, dy, dw);
        }
    }

    private static void assertSameInParts(
            Kernels kernels, int rows, int in, int out, float[] x, float[] dy, float[] expected) {
        int paddedIn = Layout.padded(in);
        int paddedOut = Layout.padded(out);
        float[] dw = new float[expected.length];
        Arrays.fill(dw, 7);
        for (int from = 0; from < paddedIn; from += Layout.PAD) {
            kernels.weightGradient(
                    rows,
                    from,
                    from + Layout.PAD,
                    paddedIn,
                    paddedOut,
                    x,
                    paddedIn + Layout.PAD,
                    dy,
                    paddedOut,
                    dw,
                    48,
                    new float[Kernels.panelFloats(paddedIn)]);
        }
        assertThat(Arrays.equals(dw, expected)).isTrue();
    }

    @Test
    void transposesBackAndForth() {
        for (int in : SIZES) {
            for (int out : SIZES) {
                int paddedIn = Layout.padded(in);
                int paddedOut = Layout.padded(out);
                float[] w = weight(16, in, out);
                for (Kernels kernels : BOTH) {
                    float[] transposed = new float[w.length];
                    float[] back = new float[w.length];
                    kernels.transpose(paddedIn, paddedOut, w, transposed, 16);
                    kernels.transpose(paddedOut, paddedIn, transposed, back, 16);

                    assertThat(back).containsExactly(w);
                    for (int i = 0; i < paddedIn; i++) {
                        for (int j = 0; j < paddedOut; j++) {
                            int there = 16 + Layout.panelOffset(paddedOut, paddedIn, j, i);
                            int here = 16 + Layout.panelOffset(paddedIn, paddedOut, i, j);
                            if (transposed[there] != w[here]) {
                                assertThat(transposed[there]).isEqualTo(w[here]);
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void everyElementOfAMatrixHasItsOwnOffset() {
        for (int in = 16; in <= 64; in += 16) {
            for (int out = 16; out <= 256; out += 16) {
                boolean[] taken = new boolean[in * out];
                for (int i = 0; i < in; i++) {
                    for (int j = 0; j < out; j++) {
                        int place = Layout.panelOffset(in, out, i, j);
                        assertThat(taken[place]).isFalse();
                        taken[place] = true;
                    }
                }
            }
        }
    }

    @Test
    void normalises() {
        for (int width : SIZES) {
            for (int rows : new int[] {1, 5}) {
                int padded = Layout.padded(width);
                int stride = padded + Layout.PAD;
                float[] x = rows(rows, width, stride);
                float[] y = new float[x.length];
                float[] scale = new float[rows];
                PORTABLE.rmsNorm(0, rows, width, padded, x, y, stride, scale);
                float[] simdY = new float[x.length];
                float[] simdScale = new float[rows];
                SIMD.rmsNorm(0, rows, width, padded, x, simdY, stride, simdScale);

                assertClose(simdY, y, 5e-6);
                assertClose(simdScale, scale, 1e-6 * scale[0] * width);
                assertPaddingIsZero(simdY, width, stride);
                assertPaddingIsZero(y, width, stride);
                for (int row = 0; row < rows; row++) {
                    double squares = 0;
                    for (int j = 0; j < width; j++) {
                        squares += Math.pow(x[row * stride + j], 2);
                    }
                    double s = 1 / Math.sqrt(squares / width + 1e-5);
                    assertThat((double) scale[row]).isCloseTo(s, within(1e-5 * s));
                }
                assertNormalisesBackward(rows, width, y, scale);
            }
        }
    }

    private void assertNormalisesBackward(int rows, int width, float[] y, float[] scale) {
        int padded = Layout.padded(width);
        int stride = padded + Layout.PAD;
        float[] dy = rows(rows, width, stride);
        float[] start = rows(rows, width, stride);
        for (boolean accumulate : new boolean[] {false, true}) {
            float[] dx = start.clone();
            PORTABLE.rmsNormBackward(0, rows, width, padded, dy, y, scale, stride, dx, accumulate);
            float[] simdDx = start.clone();
            SIMD.rmsNormBackward(0, rows, width, padded, dy, y, scale, stride, simdDx, accumulate);

            float largest = 1;
            for (float s : scale) {
                largest = Math.max(largest, s);
            }
            assertClose(simdDx, dx, 1e-5 * largest);
            assertPaddingIsZero(simdDx, width, stride);
            assertPaddingIsZero(dx, width, stride);
        }
    }

    @Test
    void normalisesAVectorOfZerosToZeros() {
        for (Kernels kernels : BOTH) {
            float[] y = new float[16];
            Arrays.fill(y, 7);
            kernels.rmsNorm(0, 1, 3, 16, new float[16], y, 16, new float[1]);

            assertThat(y).containsOnly(0);
        }
    }

    @Test
    void rectifies() {
        for (int size : SIZES) {
            int padded = Layout.padded(size);
            float[] x = rows(2, size, padded);
            x[0] = 0;
            float[] dy = rows(2, size, padded);
            for (Kernels kernels : BOTH) {
                float[] y = x.clone();
                kernels.relu(y, padded, padded);
                assertThat(Arrays.copyOf(y, padded)).containsExactly(Arrays.copyOf(x, padded));
                kernels.relu(y, 0, 2 * padded);
                float[] dx = dy.clone();
                kernels.reluBackward(y, dx, 0, 2 * padded);
                for (int i = 0; i < x.length; i++) {
                    assertThat(y[i]).isEqualTo(Math.max(x[i], 0));
                    assertThat(dx[i]).isEqualTo(x[i] > 0 ? dy[i] : 0);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 10, 1000, 1e30})
    void computesLossAndGradientFromLogits(double spread) {
        for (int vocab : SIZES) {
            int padded = Layout.padded(vocab);
            float[] logits = rows(3, vocab, padded);
            for (int i = 0; i < logits.length; i++) {
                logits[i] *= (float) spread;
            }
            for (int j = vocab; j < padded; j++) {
                logits[padded + j] = 1e30f; // the padding must be ignored
            }
            for (int target : new int[] {0, vocab / 2, vocab - 1}) {
                double[] p = softmax(logits, padded, vocab, 1);
                double loss = loss(logits, padded, vocab, target);
                for (Kernels kernels : BOTH) {
                    float[] gradient = logits.clone();
                    double actual =
                            kernels.crossEntropy(
                                    1,
                                    2,
                                    vocab,
                                    padded,
                                    gradient,
                                    padded,
                                    new int[] {-1, target, -1},
                                    0.25f,
                                    Double.POSITIVE_INFINITY);

                    assertThat(actual).isCloseTo(loss, within(1e-6 * Math.max(vocab, loss)));
                    for (int j = 0; j < padded; j++) {
                        double expected = j < vocab ? 0.25 * (p[j] - (j == target ? 1 : 0)) : 0;
                        assertThat((double) gradient[padded + j]).isCloseTo(expected, within(2e-6));
                    }
                    assertPaddingIsZero(
                            Arrays.copyOfRange(gradient, padded, 2 * padded), vocab, padded);
                    assertThat(Arrays.copyOf(gradient, padded))
                            .containsExactly(Arrays.copyOf(logits, padded));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.5, 1, 1.25, 100, 1e6})
    void computesProbabilitiesFromLogits(double scale) {
        for (int vocab : SIZES) {
            int padded = Layout.padded(vocab);
            float[] logits = rows(1, vocab, padded);
            Arrays.fill(logits, vocab, padded, 1e30f);
            double[] expected = softmax(logits, 0, vocab, (float) scale);
            for (Kernels kernels : BOTH) {
                float[] p = logits.clone();
                kernels.softmax(vocab, padded, p, (float) scale);

                for (int j = 0; j < vocab; j++) {
                    assertThat((double) p[j])
                            .isCloseTo(expected[j], within(1e-6 * Math.max(5, scale)));
                }
                assertPaddingIsZero(p, vocab, padded);
                double sum = 0;
                for (float x : p) {
                    sum += x;
                }
                assertThat(sum).isCloseTo(1, within(1e-5));
            }
        }
    }

    /// The kernels approximate e^x by a polynomial.
    @Test
    void probabilitiesAreAccurateOverTheirWholeRange() {
        for (double x = 0; x > -45.9; x -= 0.0173) {
            float logit = (float) x;
            for (Kernels kernels : BOTH) {
                float[] p = new float[16];
                p[1] = logit;
                kernels.softmax(2, 16, p, 1);

                double expected = Math.exp(logit) / (1 + Math.exp(logit));
                assertThat((double) p[1]).isCloseTo(expected, within(4e-7 * expected));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {-46.1f, -80, -87, -100, -200, -1e10f, -3e38f})
    void negligibleProbabilitiesAreExactlyZero(float logit) {
        for (Kernels kernels : BOTH) {
            float[] p = new float[16];
            p[1] = logit;
            kernels.softmax(2, 16, p, 1);

            assertThat(p[0]).isEqualTo(1);
            assertThat(p[1]).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void lossOfLogitsThatAreNotFiniteIsNotFinite(float bad) {
        for (int vocab : SIZES) {
            for (int place = 0; place < vocab; place++) {
                for (Kernels kernels : BOTH) {
                    float[] logits = new float[Layout.padded(vocab)];
                    logits[place] = bad;

                    double loss =
                            kernels.crossEntropy(
                                    0,
                                    1,
                                    vocab,
                                    logits.length,
                                    logits,
                                    logits.length,
                                    new int[1],
                                    1,
                                    Double.POSITIVE_INFINITY);

                    assertThat(loss).isNotFinite();
                }
            }
        }
    }

    @Test
    void lossOfManyPositionsIsTheirSum() {
        int rows = 200;
        float[] logits = rows(rows, 100, 112);
        double expected = 0;
        for (int row = 0; row < rows; row++) {
            expected += loss(logits, row * 112, 100, 3);
        }
        int[] targets = new int[rows];
        Arrays.fill(targets, 3);
        for (Kernels kernels : BOTH) {
            double loss =
                    kernels.crossEntropy(0, rows, 100, 112, logits.clone(), 112, targets, 1, 1e9);

            assertThat(loss).isCloseTo(expected, within(1e-6 * expected));
        }
    }

    @Test
    void lossesOfManyPositionsAreThoseOfEach() {
        int rows = 20;
        for (int vocab : SIZES) {
            int padded = Layout.padded(vocab);
            float[] logits = rows(rows, vocab, padded);
            int[] targets = new int[rows];
            Arrays.setAll(targets, row -> row % vocab);
            for (Kernels kernels : BOTH) {
                double[] losses = new double[rows];
                kernels.crossEntropies(
                        1, rows, vocab, padded, logits.clone(), padded, targets, losses);

                for (int row = 1; row < rows; row++) {
                    double alone =
                            kernels.crossEntropy(
                                    row,
                                    row + 1,
                                    vocab,
                                    padded,
                                    logits.clone(),
                                    padded,
                                    targets,
                                    1,
                                    Double.POSITIVE_INFINITY);
                    assertThat(losses[row]).isEqualTo(alone);
                }
            }
        }
    }

    private static double[] softmax(float[] logits, int offset, int n, float scale) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, logits[offset + j]);
        }
        double[] p = new double[n];
        double sum = 0;
        for (int j = 0; j < n; j++) {
            p[j] = Math.exp((logits[offset + j] - max) * scale);
            sum += p[j];
        }
        for (int j = 0; j < n; j++) {
            p[j] /= sum;
        }
        return p;
    }

    private static double loss(float[] logits, int offset, int n, int target) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, logits[offset + j]);
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += Math.exp(logits[offset + j] - max);
        }
        return Math.log(sum) + max - logits[offset + target];
    }

    /// The second of two tokens is `behind` nats less likely than a certain one, up to rounding.
    @ParameterizedTest
    @CsvSource({"690, 700", "709.5, 709.78", "30, 31"})
    void lossIsInfiniteIfAPositionIsAboveTheLimit(float behind, double limit) {
        for (Kernels kernels : BOTH) {
            assertThat(lossWithUnlikelyToken(kernels, behind, limit)).isFinite();
            assertThat(lossWithUnlikelyToken(kernels, behind, behind - 1)).isInfinite();
        }
    }

    /// The first position's target is `behind` nats less likely than a certain one, the second's is certain.
    private static double lossWithUnlikelyToken(Kernels kernels, float behind, double limit) {
        float[] logits = new float[2 * 32];
        Arrays.fill(logits, -1000);
        logits[0] = 3;
        logits[19] = 3 - behind;
        logits[32] = 0;
        return kernels.crossEntropy(0, 2, 20, 32, logits, 32, new int[] {19, 0}, 0.5f, limit);
    }

    /// The loss is above the limit only because of the sum of all exponentials.
    @Test
    void theLimitAppliesToTheLossNotToTheLogit() {
        for (Kernels kernels : BOTH) {
            float[] logits = new float[112];
            logits[7] = -705;
            double loss = Math.log(99) + 705;
            int[] target = {7};

            assertThat(
                            kernels.crossEntropy(
                                    0, 1, 100, 112, logits.clone(), 112, target, 1, loss + 0.01))
                    .isFinite();
            assertThat(kernels.crossEntropy(0, 1, 100, 112, logits, 112, target, 1, loss - 0.01))
                    .isInfinite();
        }
    }

    @ParameterizedTest
    @ValueSource(
            floats = {
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                Float.MAX_VALUE,
                -1.85e19f // its square is just too large
            })
    void findsANumberWithoutFiniteSquareAtEachIndex(float bad) {
        float[] x = rows(1, 96, 96);
        x[5] = Float.MIN_VALUE;
        x[6] = -1.8e19f;
        for (Kernels kernels : BOTH) {
            assertThat(kernels.haveFiniteSquares(x, 0, 96)).isTrue();
            for (int i = 0; i < 96; i++) {
                float[] y = x.clone();
                y[i] = bad;
                assertThat(kernels.haveFiniteSquares(y, 0, 96)).isFalse();
                y[6] = 0;
                assertThat(kernels.haveFiniteSquares(y, 0, i / 16 * 16)).isTrue();
            }
        }
    }

    @Test
    void adamFollowsItsFormulas() {
        for (int size : new int[] {16, 32, 48, 112}) {
            float[] gradient = rows(1, size - 5, size);
            float[] params = rows(1, size - 5, size);
            float[] m = rows(1, size - 5, size);
            float[] v = rows(1, size - 5, size);
            for (int i = 0; i < size; i++) {
                v[i] = Math.abs(v[i]) + (i < size - 5 ? 0.01f : 0);
            }
            for (Kernels kernels : BOTH) {
                float[] newParams = params.clone();
                float[] newM = m.clone();
                float[] newV = v.clone();
                kernels.adam(
                        0, size, newParams, gradient, newM, newV, 0.07f, 5, 0.85f, 0.99f, 1e-8f);

                for (int i = 0; i < size; i++) {
                    double mean = 0.85 * m[i] + 0.15 * gradient[i];
                    double square = 0.99 * v[i] + 0.01 * gradient[i] * gradient[i];
                    double p = params[i] - 0.07 * mean / (Math.sqrt(square * 5) + 1e-8);
                    assertThat((double) newM[i]).isCloseTo(mean, within(1e-6));
                    assertThat((double) newV[i]).isCloseTo(square, within(1e-6));
                    assertThat((double) newParams[i]).isCloseTo(p, within(2e-6));
                }
                assertPaddingIsZero(newParams, size - 5, size);
                assertPaddingIsZero(newM, size - 5, size);
                assertPaddingIsZero(newV, size - 5, size);
            }
        }
    }

    @Test
    void adamChangesOnlyItsRange() {
        for (Kernels kernels : BOTH) {
            float[] params = new float[48];
            float[] m = new float[48];
            float[] v = new float[48];
            float[] gradient = new float[48];
            Arrays.fill(gradient, 1);
            kernels.adam(16, 32, params, gradient, m, v, 0.1f, 1, 0.85f, 0.99f, 1e-8f);

            for (float[] x : List.of(params, m, v)) {
                for (int i = 0; i < 48; i++) {
                    assertThat(x[i] != 0).isEqualTo(i >= 16 && i < 32);
                }
            }
        }
    }

    @Test
    void flushClearsNumbersNearZero() {
        for (Kernels kernels : BOTH) {
            float[] x = new float[48];
            Arrays.fill(x, 1e-21f);
            x[3] = 1.1e-20f;
            x[4] = -1.1e-20f;
            x[5] = -0.9e-20f;
            x[6] = 1e-40f;
            x[7] = Float.MAX_VALUE;
            kernels.flush(x, 32, 1e-20f);

            for (int i = 0; i < 32; i++) {
                assertThat(x[i] != 0).isEqualTo(i == 3 || i == 4 || i == 7);
            }
            assertThat(x[3]).isEqualTo(1.1e-20f);
            assertThat(x[32]).isEqualTo(1e-21f);
        }
    }
}
