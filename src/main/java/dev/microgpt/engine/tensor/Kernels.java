package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// The arithmetic of the model. The results of all implementations agree up to rounding.
///
/// Widths are padded, see [Layout]. For a matrix in an array, the parameter `...Offset` is the index of its
/// first element, and `...Stride` the distance between its rows.
interface Kernels {

    /// Matrices have room for a multiple of this number of rows.
    int ROWS = 8;

    /// Keeps the normalisation finite for a vector of zeros.
    float RMS_EPSILON = 1e-5f;

    /// Logarithms of probabilities below this count as minus infinity. Such small probabilities cannot change
    /// a parameter, but lead to subnormal numbers, with which arithmetic is many times slower.
    float LOG_TINY = -46f;

    /// Returns the name of this implementation, for log lines and benchmarks.
    String name();

    /// Creates kernels with the same results for many sequences at a time; null if there are none. Not thread-safe.
    @Nullable ColumnKernels columns();

    /// Multiplies activations by a weight: y = x W.
    ///
    /// @param rows a multiple of [#ROWS]
    /// @param in width of x
    /// @param out width of y
    /// @param x (rows, in)
    /// @param w (in, out) in panels
    /// @param y (rows, out)
    void multiply(
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
            int yStride);

    /// Multiplies a single row by a weight, see [#multiply].
    ///
    /// @param x (in)
    /// @param w (in, out) in panels
    /// @param y (out)
    void multiplyRow(int in, int out, float[] x, float[] w, int wOffset, float[] y);

    /// Computes the gradient of a weight, dW = x^T dy, for a range of its rows.
    ///
    /// @param rows rows of x and dy; any number
    /// @param from,to rows of the weight, multiples of 16
    /// @param in width of x
    /// @param out width of dy
    /// @param x (rows, in)
    /// @param dy (rows, out)
    /// @param dw (in, out) in panels
    /// @param room for copies, see [#panelFloats]
    void weightGradient(
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
            float[] room);

    /// Returns the length of the room that [#weightGradient] needs if the narrower side of a weight has this width.
    static int panelFloats(double width) {
        return width < SimdPanels.MIN_WIDTH ? 0 : SimdPanels.FLOATS;
    }

    /// Transposes a weight from panels to panels.
    ///
    /// @param w (in, out) in panels
    /// @param t (out, in) in panels
    void transpose(int in, int out, float[] w, float[] t, int offset);

    /// Computes y += x.
    ///
    /// @param length a multiple of 16
    void add(float[] x, int xOffset, float[] y, int yOffset, int length);

    /// Sums two embeddings for each position: y(row) = a(i(row)) + b(j(row)).
    ///
    /// @param from,to range of rows
    /// @param width width of all rows, padded
    /// @param table contains both embedding matrices, a and b, row-major
    /// @param i,j rows of a and b for each row of y, (rows)
    void embed(
            int from,
            int to,
            int width,
            float[] table,
            int aOffset,
            int[] i,
            int bOffset,
            int[] j,
            float[] y,
            int stride);

    /// Computes the gradient of [#embed]: da(i(row)) += dy(row), db(j(row)) += dy(row).
    ///
    /// @param rows number of all rows
    /// @param gradient the gradient of the table
    void embedBackward(
            int rows,
            int width,
            float[] dy,
            int stride,
            float[] gradient,
            int aOffset,
            int[] i,
            int bOffset,
            int[] j);

    /// Divides each row by its root mean square: y = x s with s = 1 / sqrt(mean(x^2) + 1e-5).
    ///
    /// @param from,to range of rows
    /// @param width width without padding, for the mean
    /// @param padded width with padding
    /// @param scale receives s, (rows)
    void rmsNorm(
            int from,
            int to,
            int width,
            int padded,
            float[] x,
            float[] y,
            int stride,
            float[] scale);

    /// Computes the gradient of [#rmsNorm]: dx = s (dy - y mean(dy y)), or dx += the same.
    ///
    /// @param accumulate whether to add to dx
    void rmsNormBackward(
            int from,
            int to,
            int width,
            int padded,
            float[] dy,
            float[] y,
            float[] scale,
            int stride,
            float[] dx,
            boolean accumulate);

    /// Computes x = max(0, x).
    void relu(float[] x, int offset, int length);

    /// Computes the gradient of [#relu]: sets dy = 0 where y = relu(x) is 0.
    void reluBackward(float[] y, float[] dy, int offset, int length);

    /// Computes x = 1 / (1 + e^-x).
    void sigmoid(float[] x, int offset, int length);

    /// Computes the cross-entropy of a range of positions, and replaces their logits by its gradient, times a
    /// factor.
    ///
    /// @param from,to range of rows
    /// @param vocab V
    /// @param padded V'
    /// @param logits becomes factor (softmax(logits) - onehot(target)), (rows, V')
    /// @param targets token ids, (rows)
    /// @param limit the largest accepted cross-entropy of a position, in nats
    /// @return the sum of the cross-entropies in nats; infinite if one is above the limit
    double crossEntropy(
            int from,
            int to,
            int vocab,
            int padded,
            float[] logits,
            int stride,
            int[] targets,
            float factor,
            double limit);

    /// Computes the cross-entropy of each position of a range, as [#crossEntropy] does for a range of one position without
    /// limit. Overwrites the logits.
    ///
    /// @param losses receives the cross-entropies in nats, (rows)
    default void crossEntropies(
            int from,
            int to,
            int vocab,
            int padded,
            float[] logits,
            int stride,
            int[] targets,
            double[] losses) {
        for (int row = from; row < to; row++) {
            losses[row] =
                    crossEntropy(
                            row,
                            row + 1,
                            vocab,
                            padded,
                            logits,
                            stride,
                            targets,
                            1,
                            Double.POSITIVE_INFINITY);
        }
    }

    /// Converts logits to probabilities in place.
    ///
    /// @param vocab V
    /// @param padded V'
    /// @param logits becomes softmax(scale logits), (V'); the padding becomes 0
    void softmax(int vocab, int padded, float[] logits, float scale);

    /// Returns how many sequences [#attention] should get at a time.
    default int sequencesAtATime(AttentionBuffers buffers) {
        return 1;
    }

    /// Computes causal attention of a group of heads over each of some sequences.
    ///
    /// @param from,to range of places in the order of the sequences
    /// @param group see [AttentionBuffers]
    default void attention(
            AttentionBuffers buffers,
            AttentionScratch scratch,
            Sequences sequences,
            int from,
            int to,
            int group) {
        for (int i = from; i < to; i++) {
            attention(buffers, scratch, sequences.length(i), sequences.start(i), group);
        }
    }

    /// Computes the gradient of [#attention(AttentionBuffers, AttentionScratch, Sequences, int, int, int)].
    default void attentionBackward(
            AttentionBuffers buffers,
            AttentionScratch scratch,
            Sequences sequences,
            int from,
            int to,
            int group) {
        for (int i = from; i < to; i++) {
            attentionBackward(buffers, scratch, sequences.length(i), sequences.start(i), group);
        }
    }

    /// Computes causal attention of a group of heads over one sequence: each position attends to itself and
    /// to those before it.
    ///
    /// @param tokens T
    /// @param row first row of the sequence in the buffers, which have 16 rows more than are used
    /// @param group see [AttentionBuffers]
    void attention(
            AttentionBuffers buffers, AttentionScratch scratch, int tokens, int row, int group);

    /// Computes its gradient: dqkv from dO.
    void attentionBackward(
            AttentionBuffers buffers, AttentionScratch scratch, int tokens, int row, int group);

    /// Computes attention of all heads for the last position of a sequence.
    ///
    /// @param tokens positions in the sequence
    /// @param q queries of the last position, (A)
    /// @param k keys, (tokens, A)
    /// @param v values, (tokens, A)
    /// @param o receives the heads' outputs, (A)
    void attend(
            AttentionBuffers buffers,
            AttentionScratch scratch,
            int tokens,
            float[] q,
            float[] k,
            float[] v,
            int kvOffset,
            float[] o);

    /// Returns whether the squares of a range of numbers, added to 1, have a finite sum. If so, all numbers
    /// and all their squares are finite; if not, one of them may not be.
    ///
    /// @param from,to multiples of 16
    boolean haveFiniteSquares(float[] x, int from, int to);

    /// Applies an Adam update to a range of parameters.
    ///
    /// Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization" (2014).
    ///
    /// @param stepSize learning rate divided by the first moment's bias correction
    /// @param vScale 1 divided by the second moment's bias correction
    /// @param beta1 decay of the first moments
    /// @param beta2 decay of the second moments
    /// @param epsilon added to the root of the second moment
    void adam(
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
            float epsilon);

    /// Sets numbers near 0 to 0, before they decay into subnormal numbers.
    ///
    /// @param length a multiple of 16
    /// @param tiny the largest magnitude that is set to 0
    void flush(float[] x, int length, float tiny);
}
