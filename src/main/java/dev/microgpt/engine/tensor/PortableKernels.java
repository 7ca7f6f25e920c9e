package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// [Kernels] in plain loops, used when the JVM is started without the Vector API, and as the oracle in tests
/// of the other kernels. The loops run along rows, so that the compiler can vectorise some of them.
final class PortableKernels implements Kernels {

    @Override
    public String name() {
        return "portable";
    }

    @Override
    public @Nullable ColumnKernels columns() {
        return null;
    }

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
            for (int row = 0; row < rows; row++) {
                int yRow = yOffset + row * yStride + column;
                Arrays.fill(y, yRow, yRow + panel, 0);
                for (int p = 0; p < in; p++) {
                    int wRow = wOffset + in * column + p * panel;
                    addScaled(x[xOffset + row * xStride + p], w, wRow, y, yRow, panel);
                }
            }
        }
    }

    @Override
    public void multiplyRow(int in, int out, float[] x, float[] w, int wOffset, float[] y) {
        multiply(1, in, out, x, 0, in, w, wOffset, y, 0, out);
    }

    /// Computes y += a x.
    private static void addScaled(float a, float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int j = 0; j < n; j++) {
            y[yOffset + j] += a * x[xOffset + j];
        }
    }

    private static float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
        float sum = 0;
        for (int j = 0; j < n; j++) {
            sum += x[xOffset + j] * y[yOffset + j];
        }
        return sum;
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
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            int first = dwOffset + in * column;
            Arrays.fill(dw, first + from * panel, first + to * panel, 0);
            for (int row = 0; row < rows; row++) {
                for (int i = from; i < to; i++) {
                    float a = x[row * xStride + i];
                    addScaled(a, dy, row * dyStride + column, dw, first + i * panel, panel);
                }
            }
        }
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        addScaled(1, x, xOffset, y, yOffset, length);
    }

    @Override
    public void transpose(int in, int out, float[] w, float[] t, int offset) {
        for (int i = 0; i < in; i++) {
            for (int j = 0; j < out; j++) {
                t[offset + Layout.panelOffset(out, in, j, i)] =
                        w[offset + Layout.panelOffset(in, out, i, j)];
            }
        }
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
        for (int row = from; row < to; row++) {
            System.arraycopy(table, aOffset + i[row] * width, y, row * stride, width);
            addScaled(1, table, bOffset + j[row] * width, y, row * stride, width);
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
        for (int row = 0; row < rows; row++) {
            addScaled(1, dy, row * stride, gradient, aOffset + i[row] * width, width);
            addScaled(1, dy, row * stride, gradient, bOffset + j[row] * width, width);
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
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            float mean = dot(x, offset, x, offset, width) / width;
            float s = (float) (1 / Math.sqrt(mean + RMS_EPSILON));
            scale[row] = s;
            for (int j = offset; j < offset + padded; j++) {
                y[j] = x[j] * s;
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
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            float mean = dot(dy, offset, y, offset, width) / width;
            for (int j = offset; j < offset + padded; j++) {
                float d = scale[row] * (dy[j] - y[j] * mean);
                dx[j] = accumulate ? dx[j] + d : d;
            }
        }
    }

    @Override
    public void relu(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = Math.max(0, x[i]);
        }
    }

    @Override
    public void reluBackward(float[] y, float[] dy, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            dy[i] = y[i] > 0 ? dy[i] : 0;
        }
    }

    @Override
    public void sigmoid(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            float e = exp(-Math.abs(x[i]));
            x[i] = (x[i] < 0 ? e : 1) / (1 + e);
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
        double loss = 0;
        for (int row = from; row < to; row++) {
            int offset = row * stride;
            int target = offset + targets[row];
            float behind = max(logits, offset, vocab) - logits[target];
            float sum = exponentials(logits, offset, vocab);
            double logSum = Math.log(sum);
            loss += behind + logSum > limit ? Double.POSITIVE_INFINITY : behind;
            for (int j = offset; j < offset + vocab; j++) {
                logits[j] *= factor / sum;
            }
            Arrays.fill(logits, offset + vocab, offset + padded, 0);
            logits[target] -= factor;
            loss += logSum;
        }
        return loss;
    }

    @Override
    public void softmax(int vocab, int padded, float[] logits, float scale) {
        for (int j = 0; j < vocab; j++) {
            logits[j] *= scale;
        }
        float inverse = 1 / exponentials(logits, 0, vocab);
        for (int j = 0; j < vocab; j++) {
            logits[j] *= inverse;
        }
        Arrays.fill(logits, vocab, padded, 0);
    }

    private static float max(float[] x, int offset, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, x[offset + j]);
        }
        return max;
    }

    /// Computes x = exp(x - max x), with 0 in place of negligible results.
    ///
    /// @return the sum of the results
    private static float exponentials(float[] x, int offset, int n) {
        float max = max(x, offset, n);
        float sum = 0;
        for (int j = offset; j < offset + n; j++) {
            x[j] = exp(x[j] - max);
            sum += x[j];
        }
        return sum;
    }

    private static float exp(float x) {
        return x > LOG_TINY ? (float) Math.exp(x) : 0;
    }

    @Override
    public void attention(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int group) {
        int end = endOfGroup(b, group);
        for (int head = group * b.groupWidth / b.d; head < end; head++) {
            for (int t = 0; t < tokens; t++) {
                forward(b, scratch.p, tokens, row, t, head);
            }
        }
    }

    private static int endOfGroup(AttentionBuffers b, int group) {
        return Math.min(b.heads, (group + 1) * b.groupWidth / b.d);
    }

    private static void forward(
            AttentionBuffers b, float[] p, int tokens, int row, int t, int head) {
        int q = (row + t) * b.qkvStride + head * b.d;
        int keys = row * b.qkvStride + b.a + head * b.d;
        int oOffset = (row + t) * b.oStride + head * b.d;
        scores(b, p, t + 1, b.qkv, q, b.qkv, keys, b.qkvStride);
        float max = max(p, 0, t + 1);
        float inverse = 1 / exponentials(p, 0, t + 1);
        Arrays.fill(b.max, oOffset, oOffset + b.d, max);
        Arrays.fill(b.inverseSum, oOffset, oOffset + b.d, inverse);
        for (int s = 0; s <= t; s++) {
            p[s] *= inverse;
        }
        weigh(b, p, t + 1, b.qkv, keys + b.a, b.qkvStride, b.o, oOffset);
        if (b.weights != null) {
            System.arraycopy(p, 0, b.weights, (head * tokens + t) * tokens, t + 1);
        }
    }

    private static void scores(
            AttentionBuffers b,
            float[] p,
            int count,
            float[] q,
            int qOffset,
            float[] k,
            int kOffset,
            int stride) {
        for (int s = 0; s < count; s++) {
            p[s] = dot(q, qOffset, k, kOffset + s * stride, b.d) * b.scale;
        }
    }

    private static void weigh(
            AttentionBuffers b,
            float[] p,
            int count,
            float[] v,
            int vOffset,
            int stride,
            float[] o,
            int oOffset) {
        Arrays.fill(o, oOffset, oOffset + b.d, 0);
        for (int s = 0; s < count; s++) {
            addScaled(p[s], v, vOffset + s * stride, o, oOffset, b.d);
        }
    }

    /// With the weights p and their gradient dp = dO v, the gradient of the scores is ds = p (dp - dO o).
    @Override
    public void attentionBackward(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int group) {
        for (int t = 0; t < tokens; t++) {
            for (int part = 0; part < 3; part++) {
                int from = (row + t) * b.qkvStride + part * b.a + group * b.groupWidth;
                Arrays.fill(b.dqkv, from, from + b.groupWidth, 0);
            }
        }
        int end = endOfGroup(b, group);
        for (int head = group * b.groupWidth / b.d; head < end; head++) {
            for (int t = 0; t < tokens; t++) {
                headBackward(b, row, t, head);
            }
        }
    }

    private static void headBackward(AttentionBuffers b, int row, int t, int head) {
        int first = row * b.qkvStride + head * b.d;
        int q = first + t * b.qkvStride;
        int oOffset = (row + t) * b.oStride + head * b.d;
        float delta = dot(b.dO, oOffset, b.o, oOffset, b.d);
        for (int s = 0; s <= t; s++) {
            int k = first + s * b.qkvStride + b.a;
            int v = k + b.a;
            float score = dot(b.qkv, q, b.qkv, k, b.d) * b.scale;
            float p = exp(score - b.max[oOffset]) * b.inverseSum[oOffset];
            float ds = p * (dot(b.dO, oOffset, b.qkv, v, b.d) - delta) * b.scale;
            addScaled(ds, b.qkv, k, b.dqkv, q, b.d);
            addScaled(ds, b.qkv, q, b.dqkv, k, b.d);
            addScaled(p, b.dO, oOffset, b.dqkv, v, b.d);
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
        float[] p = scratch.p;
        for (int head = 0; head < b.heads; head++) {
            int column = head * b.d;
            scores(b, p, tokens, q, column, k, kvOffset + column, b.a);
            float inverse = 1 / exponentials(p, 0, tokens);
            for (int s = 0; s < tokens; s++) {
                p[s] *= inverse;
            }
            weigh(b, p, tokens, v, kvOffset + column, b.a, o, column);
        }
    }

    @Override
    public boolean haveFiniteSquares(float[] x, int from, int to) {
        float sum = 1;
        for (int i = from; i < to; i++) {
            sum += x[i] * x[i];
        }
        return Float.isFinite(sum);
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
        for (int i = from; i < to; i++) {
            float g = gradient[i];
            m[i] = beta1 * m[i] + (1 - beta1) * g;
            v[i] = beta2 * v[i] + (1 - beta2) * (g * g);
            params[i] -= stepSize * m[i] / ((float) Math.sqrt(v[i] * vScale) + epsilon);
        }
    }

    @Override
    public void flush(float[] x, int length, float tiny) {
        for (int i = 0; i < length; i++) {
            x[i] = Math.abs(x[i]) > tiny ? x[i] : 0;
        }
    }
}
