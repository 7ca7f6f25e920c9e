package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// What the attention of one layer reads, writes and needs in between.
final class AttentionBuffers {

    final int heads; // H
    final int d; // D'
    final int a; // A
    final float scale; // of the dot products, 1 / sqrt(D)

    /// Queries, keys and values side by side, (N, 3 A), and their gradient.
    float[] qkv = {};

    float[] dqkv = {};
    final int qkvStride;

    /// The heads' outputs side by side, (N, A), and their gradient.
    float[] o = {};

    float[] dO = {};
    final int oStride;

    /// Of each query's scores the maximum, and the inverse of the sum of exponentials, repeated for each
    /// element of a head, (N, A): so the weights need not be kept.
    float[] max = {};

    float[] inverseSum = {};

    /// Scratch for one head of one sequence: keys and values transposed, (D', T'), and a row of weights
    /// and of their gradient, (T').
    final float[] kT;

    final float[] vT;
    final float[] p;
    final float[] dP;

    /// Takes the attention weights, (H, T, T), where a trace is wanted.
    float @Nullable [] weights;

    AttentionBuffers(Layout layout) {
        heads = layout.heads;
        d = layout.d;
        a = layout.a;
        scale = (float) (1 / Math.sqrt(layout.headDim));
        qkvStride = Layout.stride(3 * a);
        oStride = Layout.stride(a);
        int tokens = Layout.padded(layout.blockSize);
        kT = new float[d * tokens];
        vT = new float[d * tokens];
        // A group of small heads has a row of a vector a position.
        p = new float[tokens * Layout.PAD];
        dP = new float[tokens * Layout.PAD];
    }
}
