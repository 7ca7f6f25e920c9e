package dev.microgpt.engine.tensor;

/// The arithmetic of [BatchDecoder], on matrices that have a column for each sequence: (width, S). The numbers of each
/// column are, to the bit, those that [Kernels] computes for a single row.
interface ColumnKernels {

    /// S, the number of columns.
    int COLUMNS = 48;

    /// Multiplies by a weight, see [Kernels#multiplyRow].
    ///
    /// @param x (in, S)
    /// @param w (in, out) in panels
    /// @param y (out, S)
    void multiply(int in, int out, float[] x, float[] w, int wOffset, float[] y);

    /// Divides each column by its root mean square, see [Kernels#rmsNorm].
    ///
    /// @param width width without padding, for the mean
    /// @param padded width with padding
    /// @param x (padded, S)
    /// @param y (padded, S); may be x
    void rmsNorm(int width, int padded, float[] x, float[] y);

    /// Returns whether [#attend] computes the heads of a model.
    boolean canAttend(AttentionBuffers buffers);

    /// Computes attention of all heads for the newest token of each sequence, see [Kernels#attend].
    ///
    /// @param lengths how many tokens of its own each sequence has, (S)
    /// @param q queries, (A, S); overwritten
    /// @param o receives the heads' outputs, (A, S)
    void attend(
            AttentionBuffers buffers,
            ColumnCache cache,
            int layer,
            int[] lengths,
            float[] q,
            float[] o);

    /// Converts logits to probabilities in place, see [Kernels#softmax].
    ///
    /// @param logits becomes softmax(scale logits), (V', S); rows of padding may have any numbers
    /// @return false if a logit is not finite or so large that a single row may need double precision; the
    ///     result is then undefined
    boolean softmax(int vocab, float[] logits, float scale);

    /// Draws a token for each column, like `SeededRandom.choice` or `PythonRandom.choice`.
    ///
    /// @param probs (V', S)
    /// @param uniform uniform numbers in [0, 1), (S)
    /// @param cumulates whether to draw as `PythonRandom` does
    /// @param chosen receives the token ids, (S)
    void choose(int vocab, float[] probs, double[] uniform, boolean cumulates, int[] chosen);

    /// Transposes rows to columns.
    ///
    /// @param rows (S, stride)
    /// @param from,to range of the rows' elements, multiples of 16
    /// @param y receives (to - from, S) from `yOffset` on
    void toColumns(float[] rows, int stride, int from, int to, float[] y, int yOffset);

    /// Transposes columns to rows.
    ///
    /// @param x (width, S)
    /// @param rows receives (S, width)
    void toRows(int width, float[] x, float[] rows);
}
