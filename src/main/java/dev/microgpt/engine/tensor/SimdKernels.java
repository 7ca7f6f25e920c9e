package dev.microgpt.engine.tensor;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import java.util.Arrays;

/// [Kernels] with the vectors of the JDK's Vector API, up to 512 bits wide.
final class SimdKernels implements Kernels {

    private static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() > Layout.PAD
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /// Swaps lanes whose numbers differ in one bit; added up, they sum within groups of lanes.
    private static final VectorShuffle<Float> SWAP_1 = swap(1);

    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_4 = swap(4);
    private static final VectorShuffle<Float> SWAP_8 = swap(8);

    private static VectorShuffle<Float> swap(int bit) {
        return VectorShuffle.fromOp(SPECIES, i -> (i ^ bit) % LANES);
    }

    // Of exp: see there. The polynomial is that of Cephes's expf.
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float ROUNDER = 1.5f * (1 << 23);

    /// The score of a position that is not attended to.
    private static final float OUTSIDE = -1e30f;

    @Override
    public String name() {
        return "simd, %d bits".formatted(SPECIES.vectorBitSize());
    }

    private static FloatVector load(float[] array, int offset) {
        return FloatVector.fromArray(SPECIES, array, offset);
    }

    private static FloatVector repeat(float x) {
        return FloatVector.broadcast(SPECIES, x);
    }

    // ---- products

    @Override
    public void multiply(
            int rows,
            int in,
            int out,
            float[] x,
            int xOffset,
            int xStride,
            float[] w,
            int wOffset,
            float[] y,
            int yOffset,
            int yStride,
            boolean accumulate) {
        if (rows == 1) {
            multiplyRow(in, out, x, xOffset, w, wOffset, y, yOffset, accumulate);
            return;
        }
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            int b = wOffset + in * column;
            for (int row = 0; row < rows; row += ROWS) {
                int tileX = xOffset + row * xStride;
                int tileY = yOffset + row * yStride + column;
                tile(panel, in, x, tileX, xStride, 1, w, b, panel, y, tileY, yStride, accumulate);
            }
        }
    }

    @Override
    public void weightGradient(
            int rows,
            int in,
            int out,
            float[] x,
            int xStride,
            float[] dy,
            int dyStride,
            float[] dw,
            int dwOffset) {
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            for (int i = 0; i < in; i += ROWS) {
                int tileW = dwOffset + in * column + i * panel;
                tile(panel, rows, x, i, 1, xStride, dy, column, dyStride, dw, tileW, panel, false);
            }
        }
    }

    /// C = A B, or C += A B, for 8 rows of A and C: the one product that all others are made of.
    ///
    /// @param columns of B and C: one, two or three times 16
    /// @param inner columns of A, rows of B
    /// @param aRow,aColumn distances between rows and between columns of A
    private static void tile(
            int columns,
            int inner,
            float[] a,
            int aOffset,
            int aRow,
            int aColumn,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            int cRow,
            boolean accumulate) {
        if (columns == 3 * LANES) {
            tile3(inner, a, aOffset, aRow, aColumn, b, bOffset, bRow, c, cOffset, cRow, accumulate);
        } else if (columns == 2 * LANES) {
            tile2(inner, a, aOffset, aRow, aColumn, b, bOffset, bRow, c, cOffset, cRow, accumulate);
        } else {
            for (int j = 0; j < columns; j += LANES) {
                tile1(
                        inner,
                        a,
                        aOffset,
                        aRow,
                        aColumn,
                        b,
                        bOffset + j,
                        bRow,
                        c,
                        cOffset + j,
                        cRow,
                        accumulate);
            }
        }
    }

    /// 8 rows by 3 vectors: 24 sums stay in registers.
    private static void tile3(
            int inner,
            float[] a,
            int aOffset,
            int aRow,
            int aColumn,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            int cRow,
            boolean accumulate) {
        FloatVector s00 = repeat(0), s01 = repeat(0), s02 = repeat(0);
        FloatVector s10 = repeat(0), s11 = repeat(0), s12 = repeat(0);
        FloatVector s20 = repeat(0), s21 = repeat(0), s22 = repeat(0);
        FloatVector s30 = repeat(0), s31 = repeat(0), s32 = repeat(0);
        FloatVector s40 = repeat(0), s41 = repeat(0), s42 = repeat(0);
        FloatVector s50 = repeat(0), s51 = repeat(0), s52 = repeat(0);
        FloatVector s60 = repeat(0), s61 = repeat(0), s62 = repeat(0);
        FloatVector s70 = repeat(0), s71 = repeat(0), s72 = repeat(0);
        int i = aOffset;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = load(b, j);
            FloatVector b1 = load(b, j + LANES);
            FloatVector b2 = load(b, j + 2 * LANES);
            FloatVector a0 = repeat(a[i]);
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            s02 = a0.fma(b2, s02);
            FloatVector a1 = repeat(a[i + aRow]);
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            s12 = a1.fma(b2, s12);
            FloatVector a2 = repeat(a[i + 2 * aRow]);
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            s22 = a2.fma(b2, s22);
            FloatVector a3 = repeat(a[i + 3 * aRow]);
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            s32 = a3.fma(b2, s32);
            FloatVector a4 = repeat(a[i + 4 * aRow]);
            s40 = a4.fma(b0, s40);
            s41 = a4.fma(b1, s41);
            s42 = a4.fma(b2, s42);
            FloatVector a5 = repeat(a[i + 5 * aRow]);
            s50 = a5.fma(b0, s50);
            s51 = a5.fma(b1, s51);
            s52 = a5.fma(b2, s52);
            FloatVector a6 = repeat(a[i + 6 * aRow]);
            s60 = a6.fma(b0, s60);
            s61 = a6.fma(b1, s61);
            s62 = a6.fma(b2, s62);
            FloatVector a7 = repeat(a[i + 7 * aRow]);
            s70 = a7.fma(b0, s70);
            s71 = a7.fma(b1, s71);
            s72 = a7.fma(b2, s72);
            i += aColumn;
            j += bRow;
        }
        store(s00, c, cOffset, accumulate);
        store(s01, c, cOffset + LANES, accumulate);
        store(s02, c, cOffset + 2 * LANES, accumulate);
        store(s10, c, cOffset + cRow, accumulate);
        store(s11, c, cOffset + cRow + LANES, accumulate);
        store(s12, c, cOffset + cRow + 2 * LANES, accumulate);
        store(s20, c, cOffset + 2 * cRow, accumulate);
        store(s21, c, cOffset + 2 * cRow + LANES, accumulate);
        store(s22, c, cOffset + 2 * cRow + 2 * LANES, accumulate);
        store(s30, c, cOffset + 3 * cRow, accumulate);
        store(s31, c, cOffset + 3 * cRow + LANES, accumulate);
        store(s32, c, cOffset + 3 * cRow + 2 * LANES, accumulate);
        store(s40, c, cOffset + 4 * cRow, accumulate);
        store(s41, c, cOffset + 4 * cRow + LANES, accumulate);
        store(s42, c, cOffset + 4 * cRow + 2 * LANES, accumulate);
        store(s50, c, cOffset + 5 * cRow, accumulate);
        store(s51, c, cOffset + 5 * cRow + LANES, accumulate);
        store(s52, c, cOffset + 5 * cRow + 2 * LANES, accumulate);
        store(s60, c, cOffset + 6 * cRow, accumulate);
        store(s61, c, cOffset + 6 * cRow + LANES, accumulate);
        store(s62, c, cOffset + 6 * cRow + 2 * LANES, accumulate);
        store(s70, c, cOffset + 7 * cRow, accumulate);
        store(s71, c, cOffset + 7 * cRow + LANES, accumulate);
        store(s72, c, cOffset + 7 * cRow + 2 * LANES, accumulate);
    }

    /// 8 rows by 2 vectors.
    private static void tile2(
            int inner,
            float[] a,
            int aOffset,
            int aRow,
            int aColumn,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            int cRow,
            boolean accumulate) {
        FloatVector s00 = repeat(0), s01 = repeat(0);
        FloatVector s10 = repeat(0), s11 = repeat(0);
        FloatVector s20 = repeat(0), s21 = repeat(0);
        FloatVector s30 = repeat(0), s31 = repeat(0);
        FloatVector s40 = repeat(0), s41 = repeat(0);
        FloatVector s50 = repeat(0), s51 = repeat(0);
        FloatVector s60 = repeat(0), s61 = repeat(0);
        FloatVector s70 = repeat(0), s71 = repeat(0);
        int i = aOffset;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = load(b, j);
            FloatVector b1 = load(b, j + LANES);
            FloatVector a0 = repeat(a[i]);
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            FloatVector a1 = repeat(a[i + aRow]);
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            FloatVector a2 = repeat(a[i + 2 * aRow]);
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            FloatVector a3 = repeat(a[i + 3 * aRow]);
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            FloatVector a4 = repeat(a[i + 4 * aRow]);
            s40 = a4.fma(b0, s40);
            s41 = a4.fma(b1, s41);
            FloatVector a5 = repeat(a[i + 5 * aRow]);
            s50 = a5.fma(b0, s50);
            s51 = a5.fma(b1, s51);
            FloatVector a6 = repeat(a[i + 6 * aRow]);
            s60 = a6.fma(b0, s60);
            s61 = a6.fma(b1, s61);
            FloatVector a7 = repeat(a[i + 7 * aRow]);
            s70 = a7.fma(b0, s70);
            s71 = a7.fma(b1, s71);
            i += aColumn;
            j += bRow;
        }
        store(s00, c, cOffset, accumulate);
        store(s01, c, cOffset + LANES, accumulate);
        store(s10, c, cOffset + cRow, accumulate);
        store(s11, c, cOffset + cRow + LANES, accumulate);
        store(s20, c, cOffset + 2 * cRow, accumulate);
        store(s21, c, cOffset + 2 * cRow + LANES, accumulate);
        store(s30, c, cOffset + 3 * cRow, accumulate);
        store(s31, c, cOffset + 3 * cRow + LANES, accumulate);
        store(s40, c, cOffset + 4 * cRow, accumulate);
        store(s41, c, cOffset + 4 * cRow + LANES, accumulate);
        store(s50, c, cOffset + 5 * cRow, accumulate);
        store(s51, c, cOffset + 5 * cRow + LANES, accumulate);
        store(s60, c, cOffset + 6 * cRow, accumulate);
        store(s61, c, cOffset + 6 * cRow + LANES, accumulate);
        store(s70, c, cOffset + 7 * cRow, accumulate);
        store(s71, c, cOffset + 7 * cRow + LANES, accumulate);
    }

    /// 8 rows by 1 vector.
    private static void tile1(
            int inner,
            float[] a,
            int aOffset,
            int aRow,
            int aColumn,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            int cRow,
            boolean accumulate) {
        FloatVector s00 = repeat(0);
        FloatVector s10 = repeat(0);
        FloatVector s20 = repeat(0);
        FloatVector s30 = repeat(0);
        FloatVector s40 = repeat(0);
        FloatVector s50 = repeat(0);
        FloatVector s60 = repeat(0);
        FloatVector s70 = repeat(0);
        int i = aOffset;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = load(b, j);
            FloatVector a0 = repeat(a[i]);
            s00 = a0.fma(b0, s00);
            FloatVector a1 = repeat(a[i + aRow]);
            s10 = a1.fma(b0, s10);
            FloatVector a2 = repeat(a[i + 2 * aRow]);
            s20 = a2.fma(b0, s20);
            FloatVector a3 = repeat(a[i + 3 * aRow]);
            s30 = a3.fma(b0, s30);
            FloatVector a4 = repeat(a[i + 4 * aRow]);
            s40 = a4.fma(b0, s40);
            FloatVector a5 = repeat(a[i + 5 * aRow]);
            s50 = a5.fma(b0, s50);
            FloatVector a6 = repeat(a[i + 6 * aRow]);
            s60 = a6.fma(b0, s60);
            FloatVector a7 = repeat(a[i + 7 * aRow]);
            s70 = a7.fma(b0, s70);
            i += aColumn;
            j += bRow;
        }
        store(s00, c, cOffset, accumulate);
        store(s10, c, cOffset + cRow, accumulate);
        store(s20, c, cOffset + 2 * cRow, accumulate);
        store(s30, c, cOffset + 3 * cRow, accumulate);
        store(s40, c, cOffset + 4 * cRow, accumulate);
        store(s50, c, cOffset + 5 * cRow, accumulate);
        store(s60, c, cOffset + 6 * cRow, accumulate);
        store(s70, c, cOffset + 7 * cRow, accumulate);
    }

    private static void store(FloatVector x, float[] array, int offset, boolean accumulate) {
        (accumulate ? load(array, offset).add(x) : x).intoArray(array, offset);
    }

    /// One row: four sums along the inner dimension, as one alone would wait for itself.
    private static void multiplyRow(
            int in,
            int out,
            float[] x,
            int xOffset,
            float[] w,
            int wOffset,
            float[] y,
            int yOffset,
            boolean accumulate) {
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            for (int j = 0; j < panel; j += LANES) {
                FloatVector s0 = repeat(0), s1 = repeat(0), s2 = repeat(0), s3 = repeat(0);
                int b = wOffset + in * column + j;
                for (int p = 0; p < in; p += 4) {
                    s0 = repeat(x[xOffset + p]).fma(load(w, b), s0);
                    s1 = repeat(x[xOffset + p + 1]).fma(load(w, b + panel), s1);
                    s2 = repeat(x[xOffset + p + 2]).fma(load(w, b + 2 * panel), s2);
                    s3 = repeat(x[xOffset + p + 3]).fma(load(w, b + 3 * panel), s3);
                    b += 4 * panel;
                }
                store(s0.add(s1).add(s2.add(s3)), y, yOffset + column + j, accumulate);
            }
        }
    }

    /// Element by element; every phase of a step needs the whole of what came before it.
    @Override
    public void transpose(int in, int out, float[] w, float[] t, int offset) {
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            int from = offset + in * column;
            int targetPanel;
            for (int i = 0; i < in; i += targetPanel) {
                targetPanel = Layout.panelWidth(in, i);
                int to = offset + out * i + column * targetPanel;
                for (int j = 0; j < panel; j++) {
                    for (int k = 0; k < targetPanel; k++) {
                        t[to + j * targetPanel + k] = w[from + (i + k) * panel + j];
                    }
                }
            }
        }
    }

    // ---- element by element

    @Override
    public void rmsNorm(
            int rows,
            int width,
            int padded,
            float[] x,
            int xOffset,
            int stride,
            float[] y,
            int yOffset,
            float[] scale) {
        for (int row = 0; row < rows; row++) {
            int xRow = xOffset + row * stride;
            int yRow = yOffset + row * stride;
            FloatVector squares = repeat(0);
            for (int j = 0; j < padded; j += LANES) {
                FloatVector e = load(x, xRow + j);
                squares = e.fma(e, squares);
            }
            float mean = sum(squares) / width;
            float s = (float) (1 / Math.sqrt(mean + RMS_EPSILON));
            scale[row] = s;
            for (int j = 0; j < padded; j += LANES) {
                load(x, xRow + j).mul(s).intoArray(y, yRow + j);
            }
        }
    }

    @Override
    public void rmsNormBackward(
            int rows,
            int width,
            int padded,
            float[] dy,
            float[] y,
            float[] scale,
            int stride,
            float[] dx,
            boolean accumulate) {
        for (int row = 0; row < rows; row++) {
            int offset = row * stride;
            FloatVector dot = repeat(0);
            for (int j = 0; j < padded; j += LANES) {
                dot = load(dy, offset + j).fma(load(y, offset + j), dot);
            }
            float mean = sum(dot) / width;
            for (int j = 0; j < padded; j += LANES) {
                FloatVector d = load(y, offset + j).fma(repeat(-mean), load(dy, offset + j));
                store(d.mul(scale[row]), dx, offset + j, accumulate);
            }
        }
    }

    @Override
    public void relu(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i += LANES) {
            load(x, i).max(0).intoArray(x, i);
        }
    }

    @Override
    public void reluBackward(float[] y, float[] dy, int length) {
        FloatVector zero = repeat(0);
        for (int i = 0; i < length; i += LANES) {
            zero.blend(load(dy, i), load(y, i).compare(GT, 0)).intoArray(dy, i);
        }
    }

    @Override
    public double crossEntropy(
            int vocab, int padded, float[] logits, int offset, int target, float factor) {
        float max = max(logits, offset, vocab);
        float shifted = logits[offset + target] - max;
        float sum = exponentials(logits, offset, vocab, padded, 1, max);
        scale(logits, offset, padded, factor / sum);
        logits[offset + target] -= factor;
        return Math.log(sum) - shifted;
    }

    @Override
    public void softmax(int vocab, int padded, float[] logits, float scale) {
        float max = max(logits, 0, vocab);
        float sum = exponentials(logits, 0, vocab, padded, scale, max);
        scale(logits, 0, padded, 1 / sum);
    }

    private static float max(float[] x, int offset, int length) {
        FloatVector max = repeat(Float.NEGATIVE_INFINITY);
        int j = 0;
        for (; j <= length - LANES; j += LANES) {
            max = max.max(load(x, offset + j));
        }
        if (j < length) {
            VectorMask<Float> inside = SPECIES.indexInRange(j, length);
            max = max.lanewise(VectorOperators.MAX, load(x, offset + j), inside);
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /// x = exp(scale (x - max)), and 0 from `length` to `padded`.
    ///
    /// @return the sum
    private static float exponentials(
            float[] x, int offset, int length, int padded, float scale, float max) {
        FloatVector sums = repeat(0);
        for (int j = 0; j < padded; j += LANES) {
            FloatVector e = exp(load(x, offset + j).sub(max).mul(scale));
            if (j + LANES > length) {
                e = repeat(0).blend(e, SPECIES.indexInRange(j, length));
            }
            e.intoArray(x, offset + j);
            sums = sums.add(e);
        }
        return sum(sums);
    }

    private static void scale(float[] x, int offset, int length, float factor) {
        for (int j = offset; j < offset + length; j += LANES) {
            load(x, j).mul(factor).intoArray(x, j);
        }
    }

    /// e^x for x <= 0, to about one unit in the last place; what would be smaller than 1e-20 is 0, as
    /// the products of such numbers would be subnormal, and slow.
    ///
    /// Splits x into n ln 2 + r, and takes 2^n into the exponent and e^r from a polynomial.
    private static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(-80f);
        FloatVector shifted = clamped.fma(repeat(LOG2_E), repeat(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(repeat(-LN2_HIGH), clamped);
        r = n.fma(repeat(-LN2_LOW), r);
        FloatVector e = repeat(0.00019875691f).fma(r, repeat(0.0013981999f));
        e = e.fma(r, repeat(0.008333452f));
        e = e.fma(r, repeat(0.041665796f));
        e = e.fma(r, repeat(0.16666666f));
        e = e.fma(r, repeat(0.5f));
        e = e.fma(r.mul(r), r).add(1);
        // The low bits of `shifted` hold n: moved up, they add to the exponent.
        IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23);
        FloatVector result = e.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return repeat(0).blend(result, x.compare(GT, LOG_TINY));
    }

    // ---- attention

    @Override
    public void attention(AttentionBuffers b, int tokens, int row) {
        if (b.d < LANES) {
            for (int t = 0; t < tokens; t++) {
                for (int j = 0; j < b.a; j += LANES) {
                    attendSmallHeads(b, tokens, row, t, j);
                }
            }
        } else {
            for (int head = 0; head < b.heads; head++) {
                int keys = row * b.qkvStride + b.a + head * b.d;
                transposeHead(b.qkv, keys, b.qkvStride, tokens, b.d, b.kT);
                for (int t = 0; t < tokens; t++) {
                    attendLargeHead(b, tokens, row, t, head);
                }
            }
        }
    }

    /// One vector of queries, which holds several heads, against the keys of all positions up to its
    /// own. Sums within the lanes of each head leave each score in all lanes of the head, ready to
    /// weigh the values.
    private static void attendSmallHeads(AttentionBuffers b, int tokens, int row, int t, int j) {
        int stride = b.qkvStride;
        int first = row * stride + j;
        FloatVector q = load(b.qkv, first + t * stride).mul(b.scale);
        FloatVector max = repeat(Float.NEGATIVE_INFINITY);
        for (int s = 0; s <= t; s++) {
            FloatVector score = sumWithinHeads(q.mul(load(b.qkv, first + s * stride + b.a)), b.d);
            score.intoArray(b.p, s * LANES);
            max = max.max(score);
        }
        FloatVector sum = repeat(0);
        FloatVector o = repeat(0);
        for (int s = 0; s <= t; s++) {
            FloatVector e = exp(load(b.p, s * LANES).sub(max));
            sum = sum.add(e);
            o = e.fma(load(b.qkv, first + s * stride + 2 * b.a), o);
            e.intoArray(b.p, s * LANES);
        }
        FloatVector inverse = repeat(1).div(sum);
        int place = (row + t) * b.oStride + j;
        o.mul(inverse).intoArray(b.o, place);
        max.intoArray(b.max, place);
        inverse.intoArray(b.inverseSum, place);
        if (b.weights != null) {
            for (int lane = 0; lane < LANES && (j + lane) / b.d < b.heads; lane += b.d) {
                int weights = ((j + lane) / b.d * tokens + t) * tokens;
                for (int s = 0; s <= t; s++) {
                    b.weights[weights + s] = b.p[s * LANES + lane] * b.inverseSum[place + lane];
                }
            }
        }
    }

    /// Adds up all lanes, always in the same order: that of reduceLanes is not defined, and differs
    /// between interpreted and compiled code.
    private static float sum(FloatVector x) {
        return sumWithinHeads(x, LANES).lane(0);
    }

    /// Adds up the lanes of each head; each of them gets the sum.
    private static FloatVector sumWithinHeads(FloatVector x, int d) {
        FloatVector sum = x;
        if (d > 1) {
            sum = sum.add(sum.rearrange(SWAP_1));
        }
        if (d > 2) {
            sum = sum.add(sum.rearrange(SWAP_2));
        }
        if (d > 4) {
            sum = sum.add(sum.rearrange(SWAP_4));
        }
        if (d > 8) {
            sum = sum.add(sum.rearrange(SWAP_8));
        }
        return sum;
    }

    /// One query of a head of one or more vectors. Scores of neighbouring positions lie side by side in a
    /// vector, as the keys are transposed.
    private static void attendLargeHead(AttentionBuffers b, int tokens, int row, int t, int head) {
        int q = (row + t) * b.qkvStride + head * b.d;
        int keyStride = Layout.padded(tokens);
        float max = scores(b.qkv, q, b.scale, b.kT, keyStride, b.d, t, b.p);
        FloatVector sums = repeat(0);
        for (int s = 0; s <= t; s += LANES) {
            FloatVector e = exp(load(b.p, s).sub(max));
            e.intoArray(b.p, s);
            sums = sums.add(e);
        }
        float inverse = 1 / sum(sums);
        for (int s = 0; s <= t; s += LANES) {
            load(b.p, s).mul(inverse).intoArray(b.p, s);
        }
        int place = (row + t) * b.oStride + head * b.d;
        b.max[place] = max;
        b.inverseSum[place] = inverse;
        int values = row * b.qkvStride + 2 * b.a + head * b.d;
        weigh(b.p, t, b.qkv, values, b.qkvStride, b.d, b.o, place);
        if (b.weights != null) {
            System.arraycopy(b.p, 0, b.weights, (head * tokens + t) * tokens, t + 1);
        }
    }

    /// The products of a query with all keys up to position `t`; beyond it they are so low that their
    /// weight becomes 0.
    ///
    /// @param p takes the scores, (T')
    /// @return the highest score
    private static float scores(
            float[] qkv, int q, float scale, float[] kT, int keyStride, int d, int t, float[] p) {
        FloatVector maxima = repeat(Float.NEGATIVE_INFINITY);
        for (int s = 0; s <= t; s += LANES) {
            FloatVector s0 = repeat(0), s1 = repeat(0), s2 = repeat(0), s3 = repeat(0);
            int k = s;
            for (int i = q; i < q + d; i += 4) {
                s0 = repeat(qkv[i]).fma(load(kT, k), s0);
                s1 = repeat(qkv[i + 1]).fma(load(kT, k + keyStride), s1);
                s2 = repeat(qkv[i + 2]).fma(load(kT, k + 2 * keyStride), s2);
                s3 = repeat(qkv[i + 3]).fma(load(kT, k + 3 * keyStride), s3);
                k += 4 * keyStride;
            }
            FloatVector score = s0.add(s1).add(s2.add(s3)).mul(scale);
            if (s + LANES > t + 1) {
                score = repeat(OUTSIDE).blend(score, SPECIES.indexInRange(s, t + 1));
            }
            score.intoArray(p, s);
            maxima = maxima.max(score);
        }
        return maxima.reduceLanes(VectorOperators.MAX);
    }

    /// Sums the rows of x, each times its weight in p.
    private static void weigh(
            float[] p, int t, float[] x, int xOffset, int stride, int d, float[] o, int oOffset) {
        for (int j = 0; j < d; j += LANES) {
            FloatVector even = repeat(0);
            FloatVector odd = repeat(0);
            int i = xOffset + j;
            int s = 0;
            for (; s < t; s += 2) {
                even = repeat(p[s]).fma(load(x, i), even);
                odd = repeat(p[s + 1]).fma(load(x, i + stride), odd);
                i += 2 * stride;
            }
            if (s == t) {
                even = repeat(p[s]).fma(load(x, i), even);
            }
            even.add(odd).intoArray(o, oOffset + j);
        }
    }

    /// Turns one head's columns, (T, D'), into rows, (D', T').
    private static void transposeHead(
            float[] x, int xOffset, int stride, int tokens, int d, float[] transposed) {
        int keyStride = Layout.padded(tokens);
        for (int s = 0; s < tokens; s++) {
            int from = xOffset + s * stride;
            for (int i = 0; i < d; i++) {
                transposed[i * keyStride + s] = x[from + i];
            }
        }
    }

    @Override
    public void attentionBackward(AttentionBuffers b, int tokens, int row) {
        for (int t = 0; t < tokens; t++) {
            int from = (row + t) * b.qkvStride;
            Arrays.fill(b.dqkv, from, from + 3 * b.a, 0);
        }
        if (b.d < LANES) {
            for (int t = 0; t < tokens; t++) {
                for (int j = 0; j < b.a; j += LANES) {
                    smallHeadsBackward(b, row, t, j);
                }
            }
        } else {
            for (int head = 0; head < b.heads; head++) {
                int first = row * b.qkvStride + head * b.d;
                transposeHead(b.qkv, first + b.a, b.qkvStride, tokens, b.d, b.kT);
                transposeHead(b.qkv, first + 2 * b.a, b.qkvStride, tokens, b.d, b.vT);
                for (int t = 0; t < tokens; t++) {
                    largeHeadBackward(b, tokens, row, t, head);
                }
            }
        }
    }

    /// With p the weights and dp = dO v their gradient, the scores' is ds = p (dp - dO o). First all of
    /// these, then the sums: small methods, as the compiler gives up on keeping the vectors of large
    /// ones in registers.
    private static void smallHeadsBackward(AttentionBuffers b, int row, int t, int j) {
        int first = row * b.qkvStride + j;
        int place = (row + t) * b.oStride + j;
        FloatVector q = load(b.qkv, first + t * b.qkvStride).mul(b.scale);
        FloatVector dO = load(b.dO, place);
        smallHeadsWeights(b, first + b.a, t, q, load(b.max, place), load(b.inverseSum, place));
        FloatVector delta = sumWithinHeads(dO.mul(load(b.o, place)), b.d);
        smallHeadsScores(b, first + 2 * b.a, t, dO, delta);
        smallHeadsSums(b, first, t, q, dO);
    }

    /// p = exp(q k - max) / sum
    private static void smallHeadsWeights(
            AttentionBuffers b, int k, int t, FloatVector q, FloatVector max, FloatVector inverse) {
        for (int s = 0; s <= t; s++) {
            FloatVector score = sumWithinHeads(q.mul(load(b.qkv, k + s * b.qkvStride)), b.d);
            exp(score.sub(max)).mul(inverse).intoArray(b.p, s * LANES);
        }
    }

    /// ds = p (dp - delta)
    private static void smallHeadsScores(
            AttentionBuffers b, int v, int t, FloatVector dO, FloatVector delta) {
        for (int s = 0; s <= t; s++) {
            FloatVector dp = sumWithinHeads(dO.mul(load(b.qkv, v + s * b.qkvStride)), b.d);
            dp.sub(delta).mul(load(b.p, s * LANES)).intoArray(b.dP, s * LANES);
        }
    }

    /// dq += ds k, dk += ds q, dv += p dO
    private static void smallHeadsSums(
            AttentionBuffers b, int first, int t, FloatVector q, FloatVector dO) {
        FloatVector dq = repeat(0);
        int k = first + b.a;
        for (int s = 0; s <= t; s++) {
            FloatVector ds = load(b.dP, s * LANES);
            dq = ds.fma(load(b.qkv, k), dq);
            ds.fma(q, load(b.dqkv, k)).intoArray(b.dqkv, k);
            load(b.p, s * LANES).fma(dO, load(b.dqkv, k + b.a)).intoArray(b.dqkv, k + b.a);
            k += b.qkvStride;
        }
        dq.mul(b.scale).intoArray(b.dqkv, first + t * b.qkvStride);
    }

    private static void largeHeadBackward(
            AttentionBuffers b, int tokens, int row, int t, int head) {
        int keyStride = Layout.padded(tokens);
        int first = row * b.qkvStride + head * b.d;
        int q = first + t * b.qkvStride;
        int place = (row + t) * b.oStride + head * b.d;
        scores(b.qkv, q, b.scale, b.kT, keyStride, b.d, t, b.p);
        scores(b.dO, place, 1, b.vT, keyStride, b.d, t, b.dP);
        float delta = dot(b.dO, b.o, place, b.d);
        largeHeadScores(b, t, delta, b.max[place], b.inverseSum[place]);
        weigh(b.dP, t, b.qkv, first + b.a, b.qkvStride, b.d, b.dqkv, q);
        for (int j = 0; j < b.d; j += LANES) {
            int k = first + b.a + j;
            addWeighted(b.dP, t, load(b.qkv, q + j), b.dqkv, k, b.qkvStride);
            addWeighted(b.p, t, load(b.dO, place + j), b.dqkv, k + b.a, b.qkvStride);
        }
    }

    private static float dot(float[] x, float[] y, int offset, int length) {
        FloatVector sum = repeat(0);
        for (int i = offset; i < offset + length; i += LANES) {
            sum = load(x, i).fma(load(y, i), sum);
        }
        return sum(sum);
    }

    /// Turns scores into weights, and the weights' gradient into the scores'.
    private static void largeHeadScores(
            AttentionBuffers b, int t, float delta, float max, float inverse) {
        for (int s = 0; s <= t; s += LANES) {
            FloatVector p = exp(load(b.p, s).sub(max)).mul(inverse);
            p.intoArray(b.p, s);
            load(b.dP, s).sub(delta).mul(p).mul(b.scale).intoArray(b.dP, s);
        }
    }

    /// Adds to each row of y the vector x times the row's weight.
    private static void addWeighted(
            float[] weights, int t, FloatVector x, float[] y, int yOffset, int stride) {
        int i = yOffset;
        for (int s = 0; s <= t; s++) {
            repeat(weights[s]).fma(x, load(y, i)).intoArray(y, i);
            i += stride;
        }
    }

    @Override
    public void attend(
            AttentionBuffers b,
            int tokens,
            float[] q,
            int qOffset,
            float[] k,
            float[] v,
            int kvOffset,
            float[] o,
            int oOffset) {
        if (b.d < LANES) {
            for (int j = 0; j < b.a; j += LANES) {
                FloatVector query = load(q, qOffset + j).mul(b.scale);
                FloatVector max = repeat(Float.NEGATIVE_INFINITY);
                for (int s = 0; s < tokens; s++) {
                    FloatVector key = load(k, kvOffset + s * b.a + j);
                    FloatVector score = sumWithinHeads(query.mul(key), b.d);
                    score.intoArray(b.p, s * LANES);
                    max = max.max(score);
                }
                FloatVector sum = repeat(0);
                FloatVector out = repeat(0);
                for (int s = 0; s < tokens; s++) {
                    FloatVector e = exp(load(b.p, s * LANES).sub(max));
                    sum = sum.add(e);
                    out = e.fma(load(v, kvOffset + s * b.a + j), out);
                }
                out.div(sum).intoArray(o, oOffset + j);
            }
            return;
        }
        for (int head = 0; head < b.heads; head++) {
            int column = head * b.d;
            for (int s = 0; s < tokens; s++) {
                FloatVector dot = repeat(0);
                int key = kvOffset + s * b.a + column;
                for (int i = 0; i < b.d; i += LANES) {
                    dot = load(q, qOffset + column + i).fma(load(k, key + i), dot);
                }
                b.p[s] = sum(dot) * b.scale;
            }
            softmax(tokens, Layout.padded(tokens), b.p, 1);
            weigh(b.p, tokens - 1, v, kvOffset + column, b.a, b.d, o, oOffset + column);
        }
    }

    // ---- optimiser

    @Override
    public boolean isFinite(float[] x, int length) {
        FloatVector sum = repeat(0);
        for (int i = 0; i < length; i += LANES) {
            sum = load(x, i).fma(repeat(0), sum); // NaN for what is not finite
        }
        return sum(sum) == 0;
    }

    @Override
    public void adam(
            int from,
            int to,
            float[] params,
            float[] gradient,
            float[] m,
            float[] v,
            float stepSize,
            float vScale) {
        for (int i = from; i < to; i += LANES) {
            FloatVector g = load(gradient, i);
            FloatVector mean = load(m, i).mul(BETA1).add(g.mul(1 - BETA1));
            FloatVector square = load(v, i).mul(BETA2).add(g.mul(g).mul(1 - BETA2));
            mean = repeat(0).blend(mean, mean.abs().compare(GT, TINY_MEAN));
            square = repeat(0).blend(square, square.compare(GT, TINY_SQUARE));
            mean.intoArray(m, i);
            square.intoArray(v, i);
            FloatVector root = square.mul(vScale).sqrt().add(EPSILON);
            load(params, i).sub(mean.mul(stepSize).div(root)).intoArray(params, i);
        }
    }
}
