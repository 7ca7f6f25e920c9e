package dev.microgpt.engine.tensor;

/// The arithmetic of the model. Both implementations compute the same up to rounding.
///
/// Widths are padded, see [Layout]; `Offset` says where a matrix begins in its array, `Stride` how far
/// apart its rows are.
interface Kernels {

    /// Matrices have room for a multiple of so many rows.
    int ROWS = 8;

    /// Keeps the normalisation finite for a vector of zeros.
    float RMS_EPSILON = 1e-5f;

    float BETA1 = 0.85f;
    float BETA2 = 0.99f;
    float EPSILON = 1e-8f;

    /// Logarithms of probabilities below this count as minus infinity: what is so unlikely cannot change a
    /// parameter, but the arithmetic on the subnormal numbers that it leads to is many times slower.
    float LOG_TINY = -46f;

    /// For log lines and benchmarks.
    String name();

    /// The product of activations and a weight: y = x W.
    ///
    /// @param rows a multiple of [#ROWS]
    /// @param in width of x
    /// @param out width of y
    /// @param w (in, out) in panels
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

    /// [#multiply] for a single row.
    ///
    /// @param x (in)
    /// @param y (out)
    void multiplyRow(int in, int out, float[] x, float[] w, int wOffset, float[] y);

    /// The gradient of a weight, dW = x^T dy, for some of its rows.
    ///
    /// @param rows any number
    /// @param from,to rows of the weight, multiples of [#ROWS]
    /// @param in width of x
    /// @param out width of dy
    /// @param x (rows, in)
    /// @param dy (rows, out)
    /// @param dw (in, out) in panels
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
            int dwOffset);

    /// Transposes a weight from panels to panels.
    ///
    /// @param w (in, out) in panels
    /// @param t (out, in) in panels
    void transpose(int in, int out, float[] w, float[] t, int offset);

    /// y += x
    ///
    /// @param length a multiple of 16
    void add(float[] x, int xOffset, float[] y, int yOffset, int length);

    /// Sums two embeddings for each position: y(row) = a(i(row)) + b(j(row)).
    ///
    /// @param from,to rows
    /// @param table holds both, row-major
    /// @param width of all rows, padded
    /// @param i,j rows of a and b, (rows)
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

    /// The gradient of [#embed]: da(i(row)) += dy(row), db(j(row)) += dy(row).
    ///
    /// @param rows all of them
    /// @param gradient of the table
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
    /// @param from,to rows
    /// @param width unpadded, for the mean
    /// @param padded width of the rows
    /// @param scale takes s, (rows)
    void rmsNorm(
            int from,
            int to,
            int width,
            int padded,
            float[] x,
            float[] y,
            int stride,
            float[] scale);

    /// The gradient of [#rmsNorm]: dx = s (dy - y mean(dy y)), or dx += that.
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

    /// x = max(0, x)
    void relu(float[] x, int offset, int length);

    /// dy = 0 where y = relu(x) is 0.
    void reluBackward(float[] y, float[] dy, int offset, int length);

    /// Turns the logits of some positions into the gradient of their cross-entropy, times a factor.
    ///
    /// @param from,to rows
    /// @param logits becomes factor (softmax(logits) - onehot(target)), (rows, V')
    /// @param targets token ids, (rows)
    /// @param limit of a position's cross-entropy
    /// @return the sum of their cross-entropies in nats; infinite where one is above the limit
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

    /// Turns logits into probabilities.
    ///
    /// @param logits becomes softmax(scale logits), (V'); the padding becomes 0
    void softmax(int vocab, int padded, float[] logits, float scale);

    /// Causal attention of a group of heads over one sequence: each position over itself and those
    /// before it.
    ///
    /// @param tokens T
    /// @param row where the sequence begins in the buffers, which have 16 rows more than are used
    /// @param group see [AttentionBuffers]
    void attention(
            AttentionBuffers buffers, AttentionScratch scratch, int tokens, int row, int group);

    /// The gradient of [#attention]: from dO to dqkv.
    void attentionBackward(
            AttentionBuffers buffers, AttentionScratch scratch, int tokens, int row, int group);

    /// Attention of all heads of one position.
    ///
    /// @param q its queries, (A)
    /// @param k keys, (tokens, A)
    /// @param v values, (tokens, A)
    /// @param o takes the heads' outputs, (A)
    void attend(
            AttentionBuffers buffers,
            AttentionScratch scratch,
            int tokens,
            float[] q,
            float[] k,
            float[] v,
            int kvOffset,
            float[] o);

    /// Whether the squares of all numbers from the first to `length` add up to a finite number, starting
    /// from 1. Then all numbers and all squares are finite. Where they do not, one may not be.
    boolean haveFiniteSquares(float[] x, int length);

    /// One step of Adam on a range of parameters.
    ///
    /// @param stepSize learning rate over the first moment's bias correction
    /// @param vScale 1 over the second moment's bias correction
    void adam(
            int from,
            int to,
            float[] params,
            float[] gradient,
            float[] m,
            float[] v,
            float stepSize,
            float vScale);

    /// Makes 0 of what is nearly 0, before it decays into subnormal numbers.
    ///
    /// @param length a multiple of 16
    /// @param tiny up to this magnitude
    void flush(float[] x, int length, float tiny);
}
