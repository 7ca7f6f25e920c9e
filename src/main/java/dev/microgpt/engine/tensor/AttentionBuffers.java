package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// The buffers of the attention of one layer.
///
/// Heads are processed in groups. A wide head, of at least 16 elements, is a group by itself; of narrow heads,
/// as many as fit into 16 elements form a group.
final class AttentionBuffers {

    final int heads; // H
    final int d; // D'
    final int a; // A
    final int groups;
    final int groupWidth; // elements
    final float scale; // 1 / sqrt(D), factor of the scores

    /// Queries, keys and values side by side, (N, 3 A), and their gradient.
    float[] qkv = {};

    float[] dqkv = {};
    final int qkvStride;

    /// The heads' outputs side by side, (N, A), and their gradient.
    float[] o = {};

    float[] dO = {};
    final int oStride;

    /// The maximum of each query's scores, (N, A), at the first element of a wide head and at each element of
    /// a narrow one. With it and `inverseSum`, the backward pass recomputes the weights, which are not kept.
    float[] max = {};

    /// The inverse of the sum of exponentials of each query's scores, laid out like `max`.
    float[] inverseSum = {};

    /// Receives the attention weights, (H, T, T); null unless they are captured.
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
