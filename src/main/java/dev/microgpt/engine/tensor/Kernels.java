package dev.microgpt.engine.tensor;

/// The arithmetic of the model. Both implementations compute the same up to rounding.
///
/// Widths are padded, see [Layout]; `Offset` says where a matrix begins in its array, `Stride` how far
/// apart its rows are. Rows of products come in multiples of [#ROWS], or singly.
interface Kernels {

    /// Matrices have room for a multiple of so many rows.
    int ROWS = 8;

    /// Keeps the normalisation finite for a vector of zeros.
    float RMS_EPSILON = 1e-5f;

    float BETA1 = 0.85f;
    float BETA2 = 0.99f;
    float EPSILON = 1e-8f;

    /// First moments, second moments, and logarithms of probabilities below these count as 0 (or minus
    /// infinity): they are far too small to change a parameter, but the arithmetic on the subnormal
    /// numbers that they would decay into is many times slower.
    float TINY_MEAN = 1e-20f;

    float TINY_SQUARE = 1e-30f;
    float LOG_TINY = -46f;

    /// For log lines and benchmarks.
    String name();

    /// The product of activations and a weight: y = x W, or y += x W.
    ///
    /// @param rows 1 or a multiple of [#ROWS]
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
            int yStride,
            boolean accumulate);

    /// The gradient of a weight: dW = x^T dy.
    ///
    /// @param rows any number
    /// @param x (rows, in)
    /// @param dy (rows, out)
    /// @param dw (in, out) in panels
    void weightGradient(
            int rows,
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

    /// Divides each row by its root mean square: y = x s with s = 1 / sqrt(mean(x^2) + 1e-5).
    ///
    /// @param width unpadded, for the mean
    /// @param padded width of the rows
    /// @param scale takes s, (rows)
    void rmsNorm(
            int rows,
            int width,
            int padded,
            float[] x,
            int xOffset,
            int stride,
            float[] y,
            int yOffset,
            float[] scale);

    /// The gradient of [#rmsNorm]: dx = s (dy - y mean(dy y)), or dx += that.
    void rmsNormBackward(
            int rows,
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
    void reluBackward(float[] y, float[] dy, int length);

    /// Turns the logits of one position into the gradient of its cross-entropy, times a factor.
    ///
    /// @param logits becomes factor (softmax(logits) - onehot(target)), (V')
    /// @return the cross-entropy in nats
    double crossEntropy(
            int vocab, int padded, float[] logits, int offset, int target, float factor);

    /// Turns logits into probabilities.
    ///
    /// @param logits becomes softmax(scale logits), (V'); the padding becomes 0
    void softmax(int vocab, int padded, float[] logits, float scale);

    /// Causal attention of all heads over one sequence: each position over itself and those before it.
    ///
    /// @param tokens T
    /// @param row where the sequence begins in the buffers
    void attention(AttentionBuffers buffers, int tokens, int row);

    /// The gradient of [#attention]: from dO to dqkv.
    void attentionBackward(AttentionBuffers buffers, int tokens, int row);

    /// Attention of all heads of one position.
    ///
    /// @param q its queries, (A)
    /// @param k keys, (tokens, A)
    /// @param v values, (tokens, A)
    /// @param o takes the heads' outputs, (A)
    void attend(
            AttentionBuffers buffers,
            int tokens,
            float[] q,
            int qOffset,
            float[] k,
            float[] v,
            int kvOffset,
            float[] o,
            int oOffset);

    /// Whether all numbers from the first to `length` are finite.
    boolean isFinite(float[] x, int length);

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
}
