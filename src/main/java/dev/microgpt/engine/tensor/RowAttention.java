package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// Attention for columns whose heads [ColumnKernels] does not compute: row by row, with keys and values for each sequence.
final class RowAttention {

    private static final int S = ColumnKernels.COLUMNS;

    private final Layout layout;
    private final Kernels kernels;
    private final ColumnKernels columns;
    private final AttentionBuffers buffers;
    private final AttentionScratch scratch;
    private final @Nullable HeadInputs headInputs; // null if the attention reads what is computed
    private final float[] projected; // (S, P)
    private final float[] qkv; // (S, 3 A)
    private final float[] q; // (A)
    private final float[] o; // (A)
    private final float[] rows; // (S, A)
    private final float[] keys; // (S, L, T, A)
    private final float[] values; // (S, L, T, A)

    RowAttention(Layout layout, Kernels kernels, ColumnKernels columns) {
        this.layout = layout;
        this.kernels = kernels;
        this.columns = columns;
        buffers = new AttentionBuffers(layout);
        scratch = new AttentionScratch(layout);
        headInputs = HeadInputs.differ(layout) ? new HeadInputs(layout) : null;
        qkv = new float[S * 3 * layout.a];
        projected = headInputs == null ? qkv : new float[S * layout.p];
        q = new float[layout.a];
        o = new float[layout.a];
        rows = new float[S * layout.a];
        keys = new float[Math.multiplyExact(S * layout.layers, layout.blockSize * layout.a)];
        values = new float[keys.length];
    }

    /// Starts all sequences with common tokens.
    void begin(KvDecoder decoder) {
        for (int s = 0; s < S; s++) {
            for (int layer = 0; layer < layout.layers; layer++) {
                for (int t = 0; t < decoder.length(); t++) {
                    int to = (s * layout.layers + layer) * layout.blockSize + t;
                    decoder.copyCached(layer, t, keys, values, to * layout.a, 1);
                }
            }
        }
    }

    /// @param positions of the newest tokens, (S)
    /// @param x their queries, keys and values, (P, S)
    /// @param y receives the heads' outputs, (A, S)
    void attend(int layer, int[] positions, float[] x, float[] y) {
        columns.toRows(layout.p, x, projected);
        int a = layout.a;
        if (headInputs != null) {
            headInputs.forward(0, S, positions, projected, layout.p, qkv, 3 * a);
        }
        for (int s = 0; s < S; s++) {
            int cache = (s * layout.layers + layer) * layout.blockSize * a;
            int row = s * 3 * a;
            System.arraycopy(qkv, row, q, 0, a);
            System.arraycopy(qkv, row + a, keys, cache + positions[s] * a, a);
            System.arraycopy(qkv, row + 2 * a, values, cache + positions[s] * a, a);
            kernels.attend(buffers, scratch, positions[s] + 1, q, keys, values, cache, o);
            System.arraycopy(o, 0, rows, s * a, a);
        }
        columns.toColumns(rows, a, 0, a, y, 0);
    }
}
