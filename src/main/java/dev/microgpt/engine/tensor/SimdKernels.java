package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;
import static dev.microgpt.engine.tensor.Simd.exp;
import static dev.microgpt.engine.tensor.Simd.load;
import static dev.microgpt.engine.tensor.Simd.maxAll;
import static dev.microgpt.engine.tensor.Simd.repeat;
import static dev.microgpt.engine.tensor.Simd.sumAll;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/// [Kernels] with the vectors of the JDK's Vector API, up to 512 bits wide.
///
/// Methods are small, and loops over single vectors have no other loop in them where that can be: the
/// compiler gives up on keeping the vectors of large methods in registers, and short loops cost more to
/// enter than to run.
final class SimdKernels implements Kernels {

    /// Times the sum of one more row's exponentials this is still finite.
    private static final double LARGE = 1e200;

    @Override
    public String name() {
        return "simd, %d bits".formatted(SPECIES.vectorBitSize());
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
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            int b = wOffset + in * column;
            for (int row = 0; row < rows; row += ROWS) {
                int tileX = xOffset + row * xStride;
                int tileY = yOffset + row * yStride + column;
                SimdTiles.multiply(panel, in, x, tileX, xStride, w, b, panel, y, tileY, yStride);
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
            int dwOffset) {
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

    /// Four sums along the inner dimension, as one alone would wait for itself.
    @Override
    public void multiplyRow(int in, int out, float[] x, float[] w, int wOffset, float[] y) {
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            for (int j = 0; j < panel; j += LANES) {
                FloatVector s0 = repeat(0), s1 = repeat(0), s2 = repeat(0), s3 = repeat(0);
                int b = wOffset + in * column + j;
                for (int p = 0; p < in; p += 4) {
                    s0 = repeat(x[p]).fma(load(w, b), s0);
                    s1 = repeat(x[p + 1]).fma(load(w, b + panel), s1);
                    s2 = repeat(x[p + 2]).fma(load(w, b + 2 * panel), s2);
                    s3 = repeat(x[p + 3]).fma(load(w, b + 3 * panel), s3);
                    b += 4 * panel;
                }
                s0.add(s1).add(s2.add(s3)).intoArray(y, column + j);
            }
        }
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
                for (int j = 0; j < panel; j += LANES) {
                    for (int k = 0; k < targetPanel; k += LANES) {
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
        for (int i = 0; i < length; i += LANES) {
            load(y, yOffset + i).add(load(x, xOffset + i)).intoArray(y, yOffset + i);
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
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            FloatVector mean = sumAll(squares(x, offset, padded)).mul(inverseWidth);
            FloatVector s = repeat(1).div(mean.add(RMS_EPSILON).sqrt());
            scale[row] = s.lane(0);
            for (int j = offset; j < offset + padded; j += LANES) {
                load(x, j).mul(s).intoArray(y, j);
            }
        }
    }

    private static FloatVector squares(float[] x, int offset, int length) {
        return products(x, x, offset, length);
    }

    private static FloatVector products(float[] x, float[] y, int offset, int length) {
        FloatVector sum = load(x, offset).mul(load(y, offset));
        for (int j = offset + LANES; j < offset + length; j += LANES) {
            sum = load(x, j).fma(load(y, j), sum);
        }
        return sum;
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
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            FloatVector minusMean = sumAll(products(dy, y, offset, padded)).mul(inverseWidth);
            FloatVector s = repeat(scale[row]);
            if (accumulate) {
                for (int j = offset; j < offset + padded; j += LANES) {
                    FloatVector d = load(y, j).fma(minusMean, load(dy, j));
                    d.fma(s, load(dx, j)).intoArray(dx, j);
                }
            } else {
                for (int j = offset; j < offset + padded; j += LANES) {
                    load(y, j).fma(minusMean, load(dy, j)).mul(s).intoArray(dx, j);
                }
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
    public void reluBackward(float[] y, float[] dy, int offset, int length) {
        FloatVector zero = repeat(0);
        for (int i = offset; i < offset + length; i += LANES) {
            zero.blend(load(dy, i), load(y, i).compare(GT, 0)).intoArray(dy, i);
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
            float factor) {
        double loss = 0;
        double product =
                1; // of the sums of exponentials, as a logarithm takes longer than all else
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            FloatVector max = max(logits, offset, vocab);
            loss += max.lane(0) - logits[offset + targets[row]];
            FloatVector sum = exponentials(logits, offset, vocab, padded, repeat(1), max);
            scale(logits, offset, padded, repeat(factor).div(sum));
            logits[offset + targets[row]] -= factor;
            product *= sum.lane(0);
            if (!(product < LARGE)) {
                loss += Math.log(product);
                product = 1;
            }
        }
        return loss + Math.log(product);
    }

    @Override
    public void softmax(int vocab, int padded, float[] logits, float scale) {
        FloatVector max = max(logits, 0, vocab);
        FloatVector sum = exponentials(logits, 0, vocab, padded, repeat(scale), max);
        scale(logits, 0, padded, repeat(1).div(sum));
    }

    /// The largest of some numbers, in each lane.
    private static FloatVector max(float[] x, int offset, int length) {
        FloatVector max = repeat(Float.NEGATIVE_INFINITY);
        int whole = length / LANES * LANES;
        for (int j = offset; j < offset + whole; j += LANES) {
            max = max.max(load(x, j));
        }
        if (whole < length) {
            max = max.blend(max.max(load(x, offset + whole)), SPECIES.indexInRange(whole, length));
        }
        return maxAll(max);
    }

    /// x = exp(scale (x - max)), and 0 from `length` to `padded`.
    ///
    /// @return the sum, in each lane
    private static FloatVector exponentials(
            float[] x, int offset, int length, int padded, FloatVector scale, FloatVector max) {
        FloatVector sums = repeat(0);
        int whole = length / LANES * LANES;
        for (int j = offset; j < offset + whole; j += LANES) {
            FloatVector e = exp(load(x, j).sub(max).mul(scale));
            e.intoArray(x, j);
            sums = sums.add(e);
        }
        for (int j = whole; j < padded; j += LANES) {
            FloatVector all = exp(load(x, offset + j).sub(max).mul(scale));
            FloatVector e = repeat(0).blend(all, SPECIES.indexInRange(j, length));
            e.intoArray(x, offset + j);
            sums = sums.add(e);
        }
        return sumAll(sums);
    }

    private static void scale(float[] x, int offset, int length, FloatVector factor) {
        for (int j = offset; j < offset + length; j += LANES) {
            load(x, j).mul(factor).intoArray(x, j);
        }
    }

    // ---- attention

    @Override
    public void attention(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int group) {
        SimdAttention.forward(b, scratch, tokens, row, group);
    }

    @Override
    public void attentionBackward(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int group) {
        SimdAttention.backward(b, scratch, tokens, row, group);
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
        SimdAttention.attend(b, scratch, tokens, q, k, v, kvOffset, o);
    }

    // ---- optimiser

    @Override
    public boolean isFinite(float[] x, int length) {
        FloatVector sum = repeat(0);
        for (int i = 0; i < length; i += LANES) {
            sum = load(x, i).fma(repeat(0), sum); // NaN for what is not finite
        }
        return sumAll(sum).lane(0) == 0;
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
