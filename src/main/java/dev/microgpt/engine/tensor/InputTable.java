package dev.microgpt.engine.tensor;

import java.util.Arrays;

/// The [RowInputs] of the tokens at all positions, computed when they are needed first. Models whose table would be
/// large get only the embeddings, which are computed each time.
final class InputTable {

    static final long MAX_FLOATS = 1 << 20;

    private final Layout layout;
    private final RowInputs inputs;
    private final float[] projected; // (P)
    private final float[] rows; // (V T, C' + P); empty if it would be large
    private final boolean[] isComputed; // (V T)

    /// The inputs of each sequence, (S, stride).
    final float[] staged;

    final int stride; // C' + P, or C' without a table

    /// @param wantsProjections whether the queries, keys and values are needed, if the table is not too large
    InputTable(Weights weights, Kernels kernels, boolean wantsProjections) {
        layout = weights.layout();
        inputs = new RowInputs(weights, kernels);
        boolean hasRows = wantsProjections && floats(layout) <= MAX_FLOATS;
        stride = hasRows ? layout.c + layout.p : layout.c;
        projected = new float[layout.p];
        isComputed = new boolean[hasRows ? layout.vocab * layout.blockSize : 0];
        rows = new float[isComputed.length * stride];
        staged = new float[ColumnKernels.COLUMNS * stride];
    }

    private static double floats(Layout layout) {
        return (double) layout.vocab * layout.blockSize * (layout.c + layout.p);
    }

    /// Returns whether the queries, keys and values are staged, too.
    boolean hasProjections() {
        return stride > layout.c;
    }

    /// Forgets what was computed with other parameters.
    void clear() {
        Arrays.fill(isComputed, false);
    }

    /// Puts the inputs of a token into the row of a sequence.
    void stage(int sequence, int token, int position) {
        int target = sequence * stride;
        if (!hasProjections()) {
            inputs.embed(token, position);
            System.arraycopy(inputs.x, 0, staged, target, layout.c);
            return;
        }
        int index = token * layout.blockSize + position;
        int row = index * stride;
        if (!isComputed[index]) {
            inputs.embed(token, position);
            inputs.project(projected);
            System.arraycopy(inputs.x, 0, rows, row, layout.c);
            System.arraycopy(projected, 0, rows, row + layout.c, layout.p);
            isComputed[index] = true;
        }
        System.arraycopy(rows, row, staged, target, stride);
    }
}
