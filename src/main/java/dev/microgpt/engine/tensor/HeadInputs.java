package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.architecture.Wavelengths;

/// Turns the queries, keys and values that are computed for a position into those that the attention reads, and back.
/// In microgpt they are the same. In other architectures, queries and keys are normalised head by head, then rotated, and
/// several heads read the same keys and values.
///
/// With ALiBi, heads have one more element, which is the position in keys and the slope in queries: their product adds
/// slope × position to each logit. This equals -slope × distance up to a constant per query, which softmax ignores.
final class HeadInputs {

    private final Layout layout;
    private final int sharing; // heads that read the same keys and values
    private final boolean isRotary;
    private final float[] cos; // (T, D / 2), of the angles of the positions
    private final float[] sin;
    private final float[] slopes; // (H), divided by the factor of the scores

    HeadInputs(Layout layout) {
        this.layout = layout;
        sharing = layout.heads / layout.kvHeads;
        isRotary = layout.architecture.position() == PositionKind.ROPE;
        int pairs = layout.headDim / 2;
        cos = new float[isRotary ? layout.blockSize * pairs : 0];
        sin = new float[cos.length];
        for (int pair = 0; isRotary && pair < pairs; pair++) {
            double perPosition = Wavelengths.perPosition(pair, layout.headDim);
            for (int t = 0; t < layout.blockSize; t++) {
                cos[t * pairs + pair] = (float) StrictMath.cos(t * perPosition);
                sin[t * pairs + pair] = (float) StrictMath.sin(t * perPosition);
            }
        }
        slopes = new float[layout.heads];
        for (int head = 0; head < slopes.length; head++) {
            double slope = layout.architecture.slope(head, layout.heads);
            slopes[head] = (float) (slope * Math.sqrt(layout.headDim));
        }
    }

    /// Returns whether what the attention reads differs from what is computed for a position.
    static boolean differ(Layout layout) {
        return layout.architecture.changesHeadInputs(layout.heads);
    }

    /// Returns the number of floats of the tables.
    static double floats(double headDim, double blockSize) {
        return headDim * blockSize;
    }

    /// Computes what the attention reads.
    ///
    /// @param projected queries, keys and values of positions, (N, P)
    /// @param positions (N)
    /// @param qkv receives them, (N, 3 A)
    void forward(
            int from,
            int to,
            int[] positions,
            float[] projected,
            int projectedStride,
            float[] qkv,
            int qkvStride) {
        for (int row = from; row < to; row++) {
            int source = row * projectedStride;
            int target = row * qkvStride;
            for (int head = 0; head < layout.heads; head++) {
                int own = head / sharing * layout.d;
                int q = target + head * layout.d;
                int k = q + layout.a;
                read(projected, source + head * layout.d, qkv, q, positions[row]);
                read(projected, source + layout.a + own, qkv, k, positions[row]);
                int value = source + layout.a + layout.kv + own;
                System.arraycopy(projected, value, qkv, k + layout.a, layout.headDim);
                if (slopes[head] != 0) {
                    qkv[q + layout.headDim] = slopes[head];
                    qkv[k + layout.headDim] = positions[row];
                }
            }
        }
    }

    /// Normalises and rotates the query or the key of a head.
    private void read(float[] x, int xOffset, float[] y, int yOffset, int position) {
        System.arraycopy(x, xOffset, y, yOffset, layout.headDim);
        if (layout.architecture.qkNorm()) {
            float scale = inverseRms(x, xOffset);
            for (int i = 0; i < layout.headDim; i++) {
                y[yOffset + i] *= scale;
            }
        }
        if (isRotary) {
            rotate(y, yOffset, position, 1);
        }
    }

    private float inverseRms(float[] x, int offset) {
        float squares = 0;
        for (int i = 0; i < layout.headDim; i++) {
            squares += x[offset + i] * x[offset + i];
        }
        return (float) (1 / Math.sqrt(squares / layout.headDim + Kernels.RMS_EPSILON));
    }

    /// @param direction 1, or -1 to rotate back
    private void rotate(float[] x, int offset, int position, int direction) {
        int pairs = layout.headDim / 2;
        for (int i = 0; i < pairs; i++) {
            float c = cos[position * pairs + i];
            float s = sin[position * pairs + i] * direction;
            float a = x[offset + 2 * i];
            float b = x[offset + 2 * i + 1];
            x[offset + 2 * i] = a * c - b * s;
            x[offset + 2 * i + 1] = a * s + b * c;
        }
    }

    /// Computes the gradient of [#forward].
    ///
    /// @param projected its input, (N, P)
    /// @param dqkv the gradient of its result, (N, 3 A); queries and keys are overwritten
    /// @param dProjected receives the gradient of its input, (N, P)
    void backward(
            int from,
            int to,
            int[] positions,
            float[] projected,
            float[] dProjected,
            int projectedStride,
            float[] dqkv,
            int qkvStride) {
        for (int row = from; row < to; row++) {
            int source = row * projectedStride;
            int target = row * qkvStride;
            for (int j = 0; j < layout.p; j++) {
                dProjected[source + j] = 0;
            }
            for (int head = 0; head < layout.heads; head++) {
                int own = head / sharing * layout.d;
                int q = target + head * layout.d;
                int k = q + layout.a;
                int query = source + head * layout.d;
                int key = source + layout.a + own;
                readBackward(projected, query, dqkv, q, dProjected, positions[row]);
                readBackward(projected, key, dqkv, k, dProjected, positions[row]);
                for (int i = 0; i < layout.headDim; i++) {
                    dProjected[key + layout.kv + i] += dqkv[k + layout.a + i];
                }
            }
        }
    }

    /// Computes the gradient of [#read].
    ///
    /// @param dy its gradient at `yOffset`; overwritten
    /// @param dx the gradient of x is added to it
    private void readBackward(
            float[] x, int xOffset, float[] dy, int yOffset, float[] dx, int position) {
        if (isRotary) {
            rotate(dy, yOffset, position, -1);
        }
        float scale = 1;
        float mean = 0;
        if (layout.architecture.qkNorm()) {
            scale = inverseRms(x, xOffset);
            for (int i = 0; i < layout.headDim; i++) {
                mean += dy[yOffset + i] * x[xOffset + i] * scale;
            }
            mean /= layout.headDim;
        }
        for (int i = 0; i < layout.headDim; i++) {
            float normalized = x[xOffset + i] * scale;
            dx[xOffset + i] += scale * (dy[yOffset + i] - normalized * mean);
        }
    }
}
