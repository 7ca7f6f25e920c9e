package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;
import static dev.microgpt.engine.tensor.Simd.dot;
import static dev.microgpt.engine.tensor.Simd.sumAll;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// [Kernels] with the JDK's Vector API, in vectors up to 512 bits wide.
///
/// The compiler keeps vectors in registers only while all code around them is inlined. The size of a method
/// together with everything inlined into it is limited; beyond the limit, each vector becomes an object on
/// the heap. The methods of the Vector API are exempt from the limit, our own are not. So methods here are
/// small, loops are separate, and even loading a vector is not a helper method.
final class SimdKernels implements Kernels {

    /// Numbers of x that stay in the cache, half a megabyte of it, while they are multiplied by all panels of a weight.
    private static final int BLOCK = 1 << 17;

    private static final Kernels PORTABLE = new PortableKernels();

    /// A product below this stays finite when multiplied by the sum of one more row's exponentials.
    private static final double LARGE = 1e200;

    /// An upper bound for the logarithm of a row's sum of exponentials, each of which is at most 1.
    private static final double LOG_MAX_SUM = Math.log(Integer.MAX_VALUE);

    /// Returns whether these kernels support the vector size of this machine.
    static boolean areSupported() {
        return LANES == 4 || LANES == 8 || LANES == 16;
    }

    static int vectorBits() {
        return SPECIES.vectorBitSize();
    }

    @Override
    public String name() {
        return vectorBits() + "-bit SIMD";
    }

    @Override
    public ColumnKernels columns() {
        return new SimdColumnKernels();
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
            int yStride) {
        int block = Math.max(ROWS, BLOCK / in / ROWS * ROWS);
        for (int first = 0; first < rows; first += block) {
            int end = Math.min(rows, first + block);
            int panel;
            for (int column = 0; column < out; column += panel) {
                panel = Layout.panelWidth(out, column);
                int b = wOffset + in * column;
                for (int row = first; row < end; row += ROWS) {
                    int tileX = xOffset + row * xStride;
                    int tileY = yOffset + row * yStride + column;
                    SimdTiles.multiply(
                            panel, in, x, tileX, xStride, w, b, panel, y, tileY, yStride);
                }
            }
        }
    }

    @Override
    public void weightGradient(
            int rows,
            int from,
            int to,
            int in,
            int out,
            float[] x,
            int xStride,
            float[] dy,
            int dyStride,
            float[] dw,
            int dwOffset,
            float[] room) {
        if (Math.min(in, out) >= SimdPanels.MIN_WIDTH) {
            SimdPanels.weightGradient(
                    rows, from, to, in, out, x, xStride, dy, dyStride, dw, dwOffset, room);
            return;
        }
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            for (int i = from; i < to; i += ROWS) {
                int tile = dwOffset + in * column + i * panel;
                SimdTiles.multiplyTransposed(
                        panel, rows, x, i, xStride, dy, column, dyStride, dw, tile, panel);
            }
        }
    }

    @Override
    public void multiplyRow(int in, int out, float[] x, float[] w, int wOffset, float[] y) {
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            int b = wOffset + in * column;
            int j = 0;
            if (panel == 3 * LANES) {
                rowTile(in, x, w, b, panel, y, column);
                j = 2 * LANES;
            } else if (panel == 2 * LANES) {
                rowTile(in, x, w, b, panel, y, column);
                continue;
            }
            for (; j < panel; j += LANES) {
                narrowRowTile(in, x, w, b + j, panel, y, column + j);
            }
        }
    }

    /// Computes two vectors of the result, with two sums each along the inner dimension, as additions to a
    /// single sum would wait for each other.
    private static void rowTile(
            int in, float[] x, float[] w, int wOffset, int panel, float[] y, int yOffset) {
        FloatVector s00 = broadcast(SPECIES, 0), s01 = broadcast(SPECIES, 0);
        FloatVector s10 = broadcast(SPECIES, 0), s11 = broadcast(SPECIES, 0);
        int b = wOffset;
        for (int p = 0; p < in; p += 2) {
            FloatVector x0 = broadcast(SPECIES, x[p]);
            s00 = x0.fma(fromArray(SPECIES, w, b), s00);
            s01 = x0.fma(fromArray(SPECIES, w, b + LANES), s01);
            FloatVector x1 = broadcast(SPECIES, x[p + 1]);
            s10 = x1.fma(fromArray(SPECIES, w, b + panel), s10);
            s11 = x1.fma(fromArray(SPECIES, w, b + panel + LANES), s11);
            b += 2 * panel;
        }
        s00.add(s10).intoArray(y, yOffset);
        s01.add(s11).intoArray(y, yOffset + LANES);
    }

    /// Computes one vector of the result, with four sums.
    private static void narrowRowTile(
            int in, float[] x, float[] w, int wOffset, int panel, float[] y, int yOffset) {
        FloatVector s0 = broadcast(SPECIES, 0),
                s1 = broadcast(SPECIES, 0),
                s2 = broadcast(SPECIES, 0),
                s3 = broadcast(SPECIES, 0);
        int b = wOffset;
        for (int p = 0; p < in; p += 4) {
            s0 = broadcast(SPECIES, x[p]).fma(fromArray(SPECIES, w, b), s0);
            s1 = broadcast(SPECIES, x[p + 1]).fma(fromArray(SPECIES, w, b + panel), s1);
            s2 = broadcast(SPECIES, x[p + 2]).fma(fromArray(SPECIES, w, b + 2 * panel), s2);
            s3 = broadcast(SPECIES, x[p + 3]).fma(fromArray(SPECIES, w, b + 3 * panel), s3);
            b += 4 * panel;
        }
        s0.add(s1).add(s2.add(s3)).intoArray(y, yOffset);
    }

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
                for (int k = 0; k < targetPanel; k += LANES) {
                    for (int j = 0; j < panel; j += LANES) { // whole rows: memory is read in order
                        Simd.transpose(
                                w,
                                from + (i + k) * panel + j,
                                panel,
                                t,
                                to + j * targetPanel + k,
                                targetPanel);
                    }
                }
            }
        }
    }

    // ---- element by element

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        Simd.add(x, xOffset, y, yOffset, length);
    }

    @Override
    public void embed(
            int from,
            int to,
            int width,
            float[] table,
            int aOffset,
            int[] i,
            int bOffset,
            int[] j,
            float[] y,
            int stride) {
        for (int column = 0; column < width; column += LANES) {
            for (int row = from; row < to; row++) {
                FloatVector a = fromArray(SPECIES, table, aOffset + i[row] * width + column);
                FloatVector b = fromArray(SPECIES, table, bOffset + j[row] * width + column);
                a.add(b).intoArray(y, row * stride + column);
            }
        }
    }

    @Override
    public void embedBackward(
            int rows,
            int width,
            float[] dy,
            int stride,
            float[] gradient,
            int aOffset,
            int[] i,
            int bOffset,
            int[] j) {
        for (int column = 0; column < width; column += LANES) {
            for (int row = 0; row < rows; row++) {
                int a = aOffset + i[row] * width + column;
                int b = bOffset + j[row] * width + column;
                FloatVector d = fromArray(SPECIES, dy, row * stride + column);
                fromArray(SPECIES, gradient, a).add(d).intoArray(gradient, a);
                fromArray(SPECIES, gradient, b).add(d).intoArray(gradient, b);
            }
        }
    }

    @Override
    public void rmsNorm(
            int from,
            int to,
            int width,
            int padded,
            float[] x,
            float[] y,
            int stride,
            float[] scale) {
        float inverseWidth = 1f / width;
        if (padded == LANES) {
            for (int row = from; row < to; row++) {
                FloatVector e = fromArray(SPECIES, x, row * stride);
                FloatVector mean = sumAll(e.mul(e)).mul(inverseWidth);
                FloatVector s = broadcast(SPECIES, 1).div(mean.add(RMS_EPSILON).sqrt());
                scale[row] = s.lane(0);
                e.mul(s).intoArray(y, row * stride);
            }
            return;
        }
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            FloatVector mean = broadcast(SPECIES, dot(x, x, offset, padded) * inverseWidth);
            FloatVector s = broadcast(SPECIES, 1).div(mean.add(RMS_EPSILON).sqrt());
            scale[row] = s.lane(0);
            for (int j = offset; j < offset + padded; j += LANES) {
                fromArray(SPECIES, x, j).mul(s).intoArray(y, j);
            }
        }
    }

    @Override
    public void rmsNormBackward(
            int from,
            int to,
            int width,
            int padded,
            float[] dy,
            float[] y,
            float[] scale,
            int stride,
            float[] dx,
            boolean accumulate) {
        float inverseWidth = -1f / width;
        if (padded == LANES && accumulate) {
            for (int row = from; row < to; row++) {
                int offset = row * stride;
                FloatVector d = fromArray(SPECIES, dy, offset);
                FloatVector e = fromArray(SPECIES, y, offset);
                FloatVector minusMean = sumAll(d.mul(e)).mul(inverseWidth);
                d = e.fma(minusMean, d);
                d.fma(broadcast(SPECIES, scale[row]), fromArray(SPECIES, dx, offset))
                        .intoArray(dx, offset);
            }
            return;
        }
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            FloatVector minusMean = broadcast(SPECIES, dot(dy, y, offset, padded) * inverseWidth);
            FloatVector s = broadcast(SPECIES, scale[row]);
            if (accumulate) {
                for (int j = offset; j < offset + padded; j += LANES) {
                    FloatVector d =
                            fromArray(SPECIES, y, j).fma(minusMean, fromArray(SPECIES, dy, j));
                    d.fma(s, fromArray(SPECIES, dx, j)).intoArray(dx, j);
                }
            } else {
                for (int j = offset; j < offset + padded; j += LANES) {
                    fromArray(SPECIES, y, j)
                            .fma(minusMean, fromArray(SPECIES, dy, j))
                            .mul(s)
                            .intoArray(dx, j);
                }
            }
        }
    }

    @Override
    public void relu(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i += LANES) {
            FloatVector e = fromArray(SPECIES, x, i);
            e.blend(broadcast(SPECIES, 0), e.compare(LE, broadcast(SPECIES, 0))).intoArray(x, i);
        }
    }

    @Override
    public void reluBackward(float[] y, float[] dy, int offset, int length) {
        for (int i = offset; i < offset + length; i += LANES) {
            broadcast(SPECIES, 0)
                    .blend(
                            fromArray(SPECIES, dy, i),
                            fromArray(SPECIES, y, i).compare(GT, broadcast(SPECIES, 0)))
                    .intoArray(dy, i);
        }
    }

    @Override
    public void sigmoid(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i += LANES) {
            FloatVector e = fromArray(SPECIES, x, i);
            FloatVector one = broadcast(SPECIES, 1);
            VectorMask<Float> isNegative = e.compare(LT, broadcast(SPECIES, 0));
            e = Simd.exp(e.abs().neg());
            one.blend(e, isNegative).div(e.add(one)).intoArray(x, i);
        }
    }

    @Override
    public double crossEntropy(
            int from,
            int to,
            int vocab,
            int padded,
            float[] logits,
            int stride,
            int[] targets,
            float factor,
            double limit) {
        double suspicious = LOG_MAX_SUM - limit;
        double loss = 0;
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            SimdSoftmax.shiftToMax(logits, offset, vocab, padded, 1);
            float shifted = logits[offset + targets[row]];
            loss -= shifted;
            if (shifted < suspicious && logSum(logits, offset, vocab) - shifted > limit) {
                loss = Double.POSITIVE_INFINITY;
            }
        }
        SimdSoftmax.exponentials(logits, from * stride, to * stride);
        double product = 1; // of the sums, so that one slow logarithm serves many rows
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            product *= SimdSoftmax.scaleToSum(logits, offset, padded, factor);
            logits[offset + targets[row]] -= factor;
            if (!(product < LARGE)) {
                loss += Math.log(product);
                product = 1;
            }
        }
        return loss + Math.log(product);
    }

    @Override
    public void crossEntropies(
            int from,
            int to,
            int vocab,
            int padded,
            float[] logits,
            int stride,
            int[] targets,
            double[] losses) {
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            SimdSoftmax.shiftToMax(logits, offset, vocab, padded, 1);
            losses[row] = 0.0 - logits[offset + targets[row]];
        }
        SimdSoftmax.exponentials(logits, from * stride, to * stride);
        for (int row = from; row < to; row++) {
            losses[row] += Math.log(SimdSoftmax.sum(logits, row * stride, padded));
        }
    }

    /// Returns the logarithm of the sum of a row's exponentials, of which the largest is 1.
    private static double logSum(float[] x, int offset, int length) {
        double sum = 0;
        for (int j = offset; j < offset + length; j++) {
            sum += Math.exp(x[j]);
        }
        return Math.log(sum);
    }

    @Override
    public void softmax(int vocab, int padded, float[] logits, float scale) {
        SimdSoftmax.shiftToMax(logits, 0, vocab, padded, scale);
        SimdSoftmax.exponentials(logits, 0, padded);
        SimdSoftmax.scaleToSum(logits, 0, padded, 1);
    }

    // ---- attention

    /// Returns whether a vector holds whole heads, or a head is whole vectors. With 4 lanes, heads of 8
    /// elements are neither.
    private static boolean fitsVectors(AttentionBuffers b) {
        return b.d <= LANES || b.d >= Layout.PAD;
    }

    @Override
    public int sequencesAtATime(AttentionBuffers b) {
        return SimdInterleavedAttention.fits(b) ? b.d : 1;
    }

    @Override
    public void attention(
            AttentionBuffers b,
            AttentionScratch scratch,
            Sequences sequences,
            int from,
            int to,
            int group) {
        if (interleaves(b, sequences, from, to)) {
            SimdInterleavedAttention.forward(
                    b, scratch.interleave(sequences, from, to), scratch.p, group);
        } else {
            Kernels.super.attention(b, scratch, sequences, from, to, group);
        }
    }

    @Override
    public void attentionBackward(
            AttentionBuffers b,
            AttentionScratch scratch,
            Sequences sequences,
            int from,
            int to,
            int group) {
        if (interleaves(b, sequences, from, to)) {
            SimdInterleavedAttention.backward(
                    b, scratch.interleave(sequences, from, to), scratch.p, scratch.dP, group);
        } else {
            Kernels.super.attentionBackward(b, scratch, sequences, from, to, group);
        }
    }

    private static boolean interleaves(AttentionBuffers b, Sequences sequences, int from, int to) {
        return SimdInterleavedAttention.fits(b)
                && b.weights == null
                && to - from > 1 // a single one would leave most lanes without work
                && sequences.length(to - 1) <= InterleavedSequences.MAX_TOKENS;
    }

    @Override
    public void attention(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int group) {
        if (fitsVectors(b)) {
            SimdAttention.forward(b, scratch, tokens, row, group);
        } else {
            PORTABLE.attention(b, scratch, tokens, row, group);
        }
    }

    @Override
    public void attentionBackward(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int group) {
        if (fitsVectors(b)) {
            SimdAttention.backward(b, scratch, tokens, row, group);
        } else {
            PORTABLE.attentionBackward(b, scratch, tokens, row, group);
        }
    }

    @Override
    public void attend(
            AttentionBuffers b,
            AttentionScratch scratch,
            int tokens,
            float[] q,
            float[] k,
            float[] v,
            int kvOffset,
            float[] o) {
        if (fitsVectors(b)) {
            SimdAttention.attend(b, scratch, tokens, q, k, v, kvOffset, o);
        } else {
            PORTABLE.attend(b, scratch, tokens, q, k, v, kvOffset, o);
        }
    }

    // ---- optimiser

    @Override
    public boolean haveFiniteSquares(float[] x, int from, int to) {
        // near 1, sums of tiny squares are not subnormal; four sums, as additions to one would wait
        // for each other
        FloatVector s0 = broadcast(SPECIES, 1), s1 = broadcast(SPECIES, 1);
        FloatVector s2 = broadcast(SPECIES, 1), s3 = broadcast(SPECIES, 1);
        int i = from;
        for (; i <= to - 4 * LANES; i += 4 * LANES) {
            FloatVector e0 = fromArray(SPECIES, x, i);
            s0 = e0.fma(e0, s0);
            FloatVector e1 = fromArray(SPECIES, x, i + LANES);
            s1 = e1.fma(e1, s1);
            FloatVector e2 = fromArray(SPECIES, x, i + 2 * LANES);
            s2 = e2.fma(e2, s2);
            FloatVector e3 = fromArray(SPECIES, x, i + 3 * LANES);
            s3 = e3.fma(e3, s3);
        }
        for (; i < to; i += LANES) {
            FloatVector e = fromArray(SPECIES, x, i);
            s0 = e.fma(e, s0);
        }
        return Float.isFinite(sumAll(s0.add(s1).add(s2.add(s3))).lane(0));
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
            float vScale,
            float beta1,
            float beta2,
            float epsilon) {
        FloatVector meanDecay = broadcast(SPECIES, beta1);
        FloatVector meanGain = broadcast(SPECIES, 1 - beta1);
        FloatVector squareDecay = broadcast(SPECIES, beta2);
        FloatVector squareGain = broadcast(SPECIES, 1 - beta2);
        FloatVector small = broadcast(SPECIES, epsilon);
        FloatVector rate = broadcast(SPECIES, -stepSize);
        FloatVector unbias = broadcast(SPECIES, vScale);
        for (int i = from; i < to; i += LANES) {
            FloatVector g = fromArray(SPECIES, gradient, i);
            FloatVector mean = g.fma(meanGain, fromArray(SPECIES, m, i).mul(meanDecay));
            FloatVector square =
                    g.mul(g).fma(squareGain, fromArray(SPECIES, v, i).mul(squareDecay));
            mean.intoArray(m, i);
            square.intoArray(v, i);
            FloatVector root = square.mul(unbias).sqrt().add(small);
            mean.mul(rate).div(root).add(fromArray(SPECIES, params, i)).intoArray(params, i);
        }
    }

    @Override
    public void flush(float[] x, int length, float tiny) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector e = fromArray(SPECIES, x, i);
            broadcast(SPECIES, 0).blend(e, e.abs().compare(GT, tiny)).intoArray(x, i);
        }
    }
}
