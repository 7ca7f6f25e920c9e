package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// What the attention of one layer reads and writes.
///
/// Heads are handled in groups: a wide head is a group of its own, of narrow ones as many as fit into 16
/// elements.
final class AttentionBuffers {

    final int heads; // H
    final int d; // D'
    final int a; // A
    final int groups;
    final int groupWidth; // elements
    final float scale; // of the dot products, 1 / sqrt(D)

    /// Queries, keys and values side by side, (N, 3 A), and their gradient.
    float[] qkv = {};

    float[] dqkv = {};
    final int qkvStride;

    /// The heads' outputs side by side, (N, A), and their gradient.
    float[] o = {};

    float[] dO = {};
    final int oStride;

    /// Of each query's scores the maximum, and the inverse of the sum of exponentials, (N, A), at the
    /// first element of a wide head and at each element of a narrow one: so the weights need not be
    /// kept.
    float[] max = {};

    float[] inverseSum = {};

    /// Takes the attention weights, (H, T, T), where a trace is wanted.
    float @Nullable [] weights;

    AttentionBuffers(Layout layout) {
        heads = layout.heads;
        d = layout.d;
        a = layout.a;
        groupWidth = Math.max(d, Layout.PAD);
        groups = a / groupWidth;
        scale = (float) (1 / Math.sqrt(layout.headDim));
        qkvStride = Layout.stride(3 * a);
        oStride = Layout.stride(a);
    }
}
