package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// A model with its parameters, the state of its optimiser and the buffers of a training step. After
/// the first step with the longest documents, a step allocates nothing.
///
/// The same operations as in the scalar reference, batch-wise: see `ScalarEngine`, which the tests hold
/// it to.
public final class TensorModel {

    private static final double BETA1 = 0.85;
    private static final double BETA2 = 0.99;

    private final Layout layout;
    private final Kernels kernels;
    private final float[] params; // (size), see Layout
    private final float[] transposed; // (size), the linear layers' weights transposed, for backward
    private final float[] gradient; // (size)
    private final float[] m; // (size), first moments of the gradients
    private final float[] v; // (size), second moments
    private final int numParams;
    private final Activations acts;

    /// @param initialParams in the order of the reference, (numParams)
    public TensorModel(
            int vocab, int width, int heads, int layers, int blockSize, double[] initialParams) {
        this(vocab, width, heads, layers, blockSize, initialParams, KernelProvider.kernels());
    }

    TensorModel(
            int vocab,
            int width,
            int heads,
            int layers,
            int blockSize,
            double[] initialParams,
            Kernels kernels) {
        this.kernels = kernels;
        layout = new Layout(vocab, width, heads, layers, blockSize);
        numParams = initialParams.length;
        params = new float[layout.size];
        transposed = new float[layout.size];
        gradient = new float[layout.size];
        m = new float[layout.size];
        v = new float[layout.size];
        acts = new Activations(layout);
        layout.forEachParam((index, place) -> params[place] = (float) initialParams[index]);
    }

    public int numParams() {
        return numParams;
    }

    /// The memory that a model, a training step and a decoder take.
    ///
    /// @param rows positions in a step
    /// @return bytes; `Long.MAX_VALUE` for what no machine has, or what is beyond the length of an array
    public static long estimateBytes(
            int vocab, int width, int heads, int layers, int blockSize, double rows) {
        // In floating point, where nothing overflows.
        double c = padded(width);
        double d = Layout.paddedHead(width / heads);
        double a = padded(heads * d);
        double f = padded(4.0 * width);
        double v = padded(vocab);
        double tokens = padded(blockSize);
        double size = c * (vocab + (double) blockSize + v) + layers * c * (4 * a + 2 * f);
        double widest = Math.max(3 * a, Math.max(f, v)) + Layout.PAD;
        double cache = layers * a * blockSize;
        double scratch = (layers + 1.0) * tokens * (2 * d + 2 * Layout.PAD);
        double largest =
                Math.max(
                        Math.max(size, (rows + Kernels.ROWS) * widest),
                        Math.max(cache, tokens * Math.max(d, Layout.PAD)));
        if (largest > Integer.MAX_VALUE - 8) {
            return Long.MAX_VALUE;
        }
        double activations = Activations.floats(c, a, f, v, layers) * (rows + Kernels.ROWS);
        return (long) (4 * (5 * size + activations + 2 * cache + scratch));
    }

    private static double padded(double n) {
        return Math.ceil(n / Layout.PAD) * Layout.PAD;
    }

    /// The arithmetic mean of all parameters.
    public double paramMean() {
        double sum = 0;
        for (float p : params) { // the padding is 0
            sum += p;
        }
        return sum / numParams;
    }

    /// The root mean square of all parameters.
    public double paramRootMeanSquare() {
        double sum = 0;
        for (float p : params) {
            sum += (double) p * p;
        }
        return Math.sqrt(sum / numParams);
    }

    Layout layout() {
        return layout;
    }

    Kernels kernels() {
        return kernels;
    }

    float[] weights() {
        return params;
    }

    /// Forward, loss, backward and Adam update. Where the loss or its gradient is not finite, there is no
    /// update, and the result is not finite.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param step counted from 0
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    public double trainStep(int[][] batch, long step, double learningRate) {
        double loss = lossAndGradient(batch);
        if (!Double.isFinite(loss) || !kernels.isFinite(gradient, layout.size)) {
            return Double.NaN;
        }
        double mBias = 1 - StrictMath.pow(BETA1, step + 1.0);
        double vBias = 1 - StrictMath.pow(BETA2, step + 1.0);
        kernels.adam(
                0,
                layout.size,
                params,
                gradient,
                m,
                v,
                (float) (learningRate / mBias),
                (float) (1 / vBias));
        return loss;
    }

    /// Runs the model over a sequence and changes nothing.
    ///
    /// @param tokens at most blockSize of them are read
    public Capture capture(int[] tokens) {
        int[][] batch = {Arrays.copyOf(tokens, Math.min(tokens.length, layout.blockSize) + 1)};
        int rows = fill(batch);
        Capture capture = Capture.ofSize(layout, rows);
        forward(batch, rows, capture);
        return capture;
    }

    private double lossAndGradient(int[][] batch) {
        int rows = fill(batch);
        forward(batch, rows, null);
        double loss = 0;
        int row = 0;
        for (int[] document : batch) {
            int n = trained(document);
            float factor = 1f / ((float) n * batch.length);
            double documentLoss = 0;
            for (int end = row + n; row < end; row++) {
                documentLoss += crossEntropy(row, factor);
            }
            loss += documentLoss / n;
        }
        backward(batch, rows);
        return loss / batch.length;
    }

    private double crossEntropy(int row, float factor) {
        return kernels.crossEntropy(
                layout.vocab, layout.v, acts.logits, row * acts.vStride, acts.targets[row], factor);
    }

    private int trained(int[] document) {
        return Math.min(layout.blockSize, document.length - 1);
    }

    /// Lays out the batch's positions one after the other.
    ///
    /// @return their number
    private int fill(int[][] batch) {
        int rows = 0;
        for (int[] document : batch) {
            rows += trained(document);
        }
        acts.ensureRows(rows);
        int row = 0;
        for (int[] document : batch) {
            int n = trained(document);
            for (int position = 0; position < n; position++, row++) {
                acts.tokens[row] = document[position];
                acts.targets[row] = document[position + 1];
                acts.positions[row] = position;
            }
        }
        return rows;
    }

    private void forward(int[][] batch, int rows, @Nullable Capture capture) {
        int tiles = Activations.roundedRows(rows);
        embed(rows);
        if (capture != null) {
            capture.takeEmbedding(acts.x, acts.cStride);
        }
        for (int i = 0; i < layout.layers; i++) {
            attentionForward(acts.layers[i], i, batch, rows, tiles, capture);
            mlpForward(acts.layers[i], i, rows, tiles, capture);
        }
        kernels.multiply(
                tiles,
                layout.c,
                layout.v,
                acts.x,
                0,
                acts.cStride,
                params,
                layout.lmHead,
                acts.logits,
                0,
                acts.vStride,
                false);
    }

    private void embed(int rows) {
        int c = layout.c;
        for (int row = 0; row < rows; row++) {
            int x = row * acts.cStride;
            int token = layout.wte + acts.tokens[row] * c;
            int position = layout.wpe + acts.positions[row] * c;
            for (int j = 0; j < c; j++) {
                acts.x[x + j] = params[token + j] + params[position + j];
            }
        }
        norm(rows, acts.x, acts.norm0, acts.scale0);
        System.arraycopy(acts.norm0, 0, acts.x, 0, rows * acts.cStride);
    }

    private void norm(int rows, float[] x, float[] y, float[] scale) {
        kernels.rmsNorm(rows, layout.width, layout.c, x, 0, acts.cStride, y, 0, scale);
    }

    /// x += attention(norm(x))
    private void attentionForward(
            Activations.Layer layer,
            int index,
            int[][] batch,
            int rows,
            int tiles,
            @Nullable Capture capture) {
        AttentionBuffers attention = layer.attention;
        attention.weights = capture == null ? null : new float[layout.heads * rows * rows];
        norm(rows, acts.x, layer.norm1, layer.scale1);
        kernels.multiply(
                tiles,
                layout.c,
                3 * layout.a,
                layer.norm1,
                0,
                acts.cStride,
                params,
                layout.qkv(index),
                attention.qkv,
                0,
                attention.qkvStride,
                false);
        int row = 0;
        for (int[] document : batch) {
            int n = trained(document);
            kernels.attention(attention, n, row);
            row += n;
        }
        if (capture != null && attention.weights != null) {
            capture.takeWeights(index, attention.weights);
        }
        kernels.multiply(
                tiles,
                layout.a,
                layout.c,
                attention.o,
                0,
                attention.oStride,
                params,
                layout.wo(index),
                acts.x,
                0,
                acts.cStride,
                true);
    }

    /// x += W2 relu(W1 norm(x))
    private void mlpForward(
            Activations.Layer layer, int index, int rows, int tiles, @Nullable Capture capture) {
        norm(rows, acts.x, layer.norm2, layer.scale2);
        kernels.multiply(
                tiles,
                layout.c,
                layout.f,
                layer.norm2,
                0,
                acts.cStride,
                params,
                layout.fc1(index),
                layer.hidden,
                0,
                acts.fStride,
                false);
        if (capture != null) {
            capture.takeHidden(index, layer.hidden, acts.fStride);
        }
        kernels.relu(layer.hidden, 0, rows * acts.fStride);
        kernels.multiply(
                tiles,
                layout.f,
                layout.c,
                layer.hidden,
                0,
                acts.fStride,
                params,
                layout.fc2(index),
                acts.x,
                0,
                acts.cStride,
                true);
    }

    private void backward(int[][] batch, int rows) {
        int tiles = Activations.roundedRows(rows);
        transposeWeights();
        kernels.weightGradient(
                rows,
                layout.c,
                layout.v,
                acts.x,
                acts.cStride,
                acts.logits,
                acts.vStride,
                gradient,
                layout.lmHead);
        multiplyTransposed(
                tiles,
                layout.v,
                layout.c,
                acts.logits,
                acts.vStride,
                layout.lmHead,
                acts.dx,
                acts.cStride);
        for (int i = layout.layers - 1; i >= 0; i--) {
            mlpBackward(acts.layers[i], i, rows, tiles);
            attentionBackward(acts.layers[i], i, batch, rows, tiles);
        }
        normBackward(rows, acts.dx, acts.norm0, acts.scale0, acts.dNorm, false);
        embedBackward(rows);
    }

    private void transposeWeights() {
        kernels.transpose(layout.c, layout.v, params, transposed, layout.lmHead);
        for (int i = 0; i < layout.layers; i++) {
            kernels.transpose(layout.c, 3 * layout.a, params, transposed, layout.qkv(i));
            kernels.transpose(layout.a, layout.c, params, transposed, layout.wo(i));
            kernels.transpose(layout.c, layout.f, params, transposed, layout.fc1(i));
            kernels.transpose(layout.f, layout.c, params, transposed, layout.fc2(i));
        }
    }

    private void multiplyTransposed(
            int tiles,
            int in,
            int out,
            float[] x,
            int xStride,
            int weight,
            float[] y,
            int yStride) {
        kernels.multiply(tiles, in, out, x, 0, xStride, transposed, weight, y, 0, yStride, false);
    }

    private void normBackward(
            int rows, float[] dy, float[] y, float[] scale, float[] dx, boolean accumulate) {
        kernels.rmsNormBackward(
                rows, layout.width, layout.c, dy, y, scale, acts.cStride, dx, accumulate);
    }

    private void mlpBackward(Activations.Layer layer, int index, int rows, int tiles) {
        multiplyTransposed(
                tiles,
                layout.c,
                layout.f,
                acts.dx,
                acts.cStride,
                layout.fc2(index),
                acts.dHidden,
                acts.fStride);
        kernels.reluBackward(layer.hidden, acts.dHidden, rows * acts.fStride);
        kernels.weightGradient(
                rows,
                layout.f,
                layout.c,
                layer.hidden,
                acts.fStride,
                acts.dx,
                acts.cStride,
                gradient,
                layout.fc2(index));
        kernels.weightGradient(
                rows,
                layout.c,
                layout.f,
                layer.norm2,
                acts.cStride,
                acts.dHidden,
                acts.fStride,
                gradient,
                layout.fc1(index));
        multiplyTransposed(
                tiles,
                layout.f,
                layout.c,
                acts.dHidden,
                acts.fStride,
                layout.fc1(index),
                acts.dNorm,
                acts.cStride);
        normBackward(rows, acts.dNorm, layer.norm2, layer.scale2, acts.dx, true);
    }

    private void attentionBackward(
            Activations.Layer layer, int index, int[][] batch, int rows, int tiles) {
        AttentionBuffers attention = layer.attention;
        multiplyTransposed(
                tiles,
                layout.c,
                layout.a,
                acts.dx,
                acts.cStride,
                layout.wo(index),
                attention.dO,
                attention.oStride);
        kernels.weightGradient(
                rows,
                layout.a,
                layout.c,
                attention.o,
                attention.oStride,
                acts.dx,
                acts.cStride,
                gradient,
                layout.wo(index));
        int row = 0;
        for (int[] document : batch) {
            int n = trained(document);
            kernels.attentionBackward(attention, n, row);
            row += n;
        }
        kernels.weightGradient(
                rows,
                layout.c,
                3 * layout.a,
                layer.norm1,
                acts.cStride,
                attention.dqkv,
                attention.qkvStride,
                gradient,
                layout.qkv(index));
        multiplyTransposed(
                tiles,
                3 * layout.a,
                layout.c,
                attention.dqkv,
                attention.qkvStride,
                layout.qkv(index),
                acts.dNorm,
                acts.cStride);
        normBackward(rows, acts.dNorm, layer.norm1, layer.scale1, acts.dx, true);
    }

    /// Adds each position's gradient to the rows of its token and its place.
    private void embedBackward(int rows) {
        int c = layout.c;
        Arrays.fill(gradient, layout.wte, layout.lmHead, 0);
        for (int row = 0; row < rows; row++) {
            int d = row * acts.cStride;
            int token = layout.wte + acts.tokens[row] * c;
            int position = layout.wpe + acts.positions[row] * c;
            for (int j = 0; j < c; j++) {
                gradient[token + j] += acts.dNorm[d + j];
                gradient[position + j] += acts.dNorm[d + j];
            }
        }
    }

    /// All parameters in the order of the reference, (numParams).
    public double[] params() {
        return exported(params);
    }

    /// The gradient of a batch's loss in the order of the reference, (numParams).
    public double[] gradients(int[][] batch) {
        lossAndGradient(batch);
        return exported(gradient);
    }

    private double[] exported(float[] array) {
        double[] result = new double[numParams];
        layout.forEachParam((index, place) -> result[index] = array[place]);
        return result;
    }

    /// The cross-entropy of each token of a sequence after the first, given those before it. Tokens beyond
    /// blockSize are left out. Changes nothing.
    ///
    /// @param tokens at least two
    /// @return in nats, (min(blockSize, tokens - 1))
    public double[] losses(int[] tokens) {
        int[][] batch = {tokens};
        int rows = fill(batch);
        forward(batch, rows, null);
        double[] losses = new double[rows];
        for (int row = 0; row < rows; row++) {
            losses[row] = crossEntropy(row, 1);
        }
        return losses;
    }

    /// A row of wte, (C).
    public double[] embedding(int tokenId) {
        double[] row = new double[layout.width];
        Arrays.setAll(row, j -> params[layout.wte + tokenId * layout.c + j]);
        return row;
    }
}
