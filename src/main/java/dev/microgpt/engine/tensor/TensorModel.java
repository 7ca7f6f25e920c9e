package dev.microgpt.engine.tensor;

import java.util.Arrays;
import java.util.List;

/// A model with its parameters, the state of its optimiser and the buffers of a training step. After
/// the first step with the longest documents, a step on one thread allocates nothing.
public final class TensorModel {

    private static final double BETA1 = 0.85;
    private static final double BETA2 = 0.99;

    /// Moments of rarely used parameters decay. Below these they no longer matter, and are cleared long
    /// before they become subnormal numbers, which take many times longer.
    private static final float TINY_MEAN = 1e-20f;

    private static final float TINY_SQUARE = 1e-30f;
    private static final int STEPS_BETWEEN_FLUSHES = 32;

    /// Up to here the step size is below 1: its product with a first moment is finite, and no parameter moves
    /// further than a few times the learning rate. Beyond, an update may leave the range of single precision.
    private static final double SAFE_LEARNING_RATE = 0.1;

    private final Layout layout;
    private final Kernels kernels;
    private final float[] params; // (size), see Layout
    private final float[] gradient; // (size)
    private final float[] m; // (size), first moments of the gradients
    private final float[] v; // (size), second moments
    private final int numParams;
    private final double worthwhile;
    private final Passes passes;

    /// Of the Adam update at hand.
    private final Workers.Phase adam = this::adam;

    private float stepSize;
    private float vScale;
    private long version;

    /// @param initialParams in the order of the reference, (numParams)
    public TensorModel(
            int vocab, int width, int heads, int layers, int blockSize, double[] initialParams) {
        this(
                vocab,
                width,
                heads,
                layers,
                blockSize,
                initialParams,
                KernelProvider.kernels(),
                Workers.WORTHWHILE);
    }

    /// @param worthwhile operations of a step from which on it is split among threads
    TensorModel(
            int vocab,
            int width,
            int heads,
            int layers,
            int blockSize,
            double[] initialParams,
            Kernels kernels,
            double worthwhile) {
        this.kernels = kernels;
        layout = new Layout(vocab, width, heads, layers, blockSize);
        numParams = initialParams.length;
        params = new float[layout.size];
        gradient = new float[layout.size];
        m = new float[layout.size];
        v = new float[layout.size];
        this.worthwhile = worthwhile;
        passes = new Passes(layout, kernels, params, gradient, worthwhile);
        layout.forEachParam((index, place) -> params[place] = (float) initialParams[index]);
    }

    private TensorModel(TensorModel shape, Weights weights) {
        kernels = shape.kernels;
        layout = shape.layout;
        numParams = shape.numParams;
        params = weights.params.clone();
        gradient = new float[layout.size];
        m = weights.m.clone();
        v = weights.v.clone();
        worthwhile = shape.worthwhile;
        passes = new Passes(layout, kernels, params, gradient, worthwhile);
    }

    /// The parameters and the state of the optimiser at one moment. Never changes.
    public static final class Weights {

        private final Layout layout;
        private final float[] params; // (size), see Layout
        private final float[] m; // (size)
        private final float[] v; // (size)

        private Weights(Layout layout, float[] params, float[] m, float[] v) {
            this.layout = layout;
            this.params = params;
            this.m = m;
            this.v = v;
        }

        /// The parameters in the order of the reference, (numParams).
        public double[] params() {
            return layout.exported(params);
        }

        /// The first moments of the gradients in the order of the reference, (numParams).
        public double[] firstMoments() {
            return layout.exported(m);
        }

        /// The second moments of the gradients in the order of the reference, (numParams).
        public double[] secondMoments() {
            return layout.exported(v);
        }

        /// The memory that it takes.
        public long bytes() {
            return 3L * Float.BYTES * params.length;
        }
    }

    public Weights copyWeights() {
        return new Weights(layout, params.clone(), m.clone(), v.clone());
    }

    /// The weights of a model of this shape, from numbers in the order of the reference.
    ///
    /// @param newParams (numParams)
    /// @param firstMoments (numParams)
    /// @param secondMoments (numParams)
    public Weights weights(double[] newParams, double[] firstMoments, double[] secondMoments) {
        return new Weights(
                layout,
                layout.imported(newParams),
                layout.imported(firstMoments),
                layout.imported(secondMoments));
    }

    /// A model of its own with the weights of this one, or of another one of the same shape.
    public TensorModel with(Weights weights) {
        return new TensorModel(this, weights);
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
        int parts = Passes.operations(size, rows) >= Workers.WORTHWHILE ? Workers.PARTS : 1;
        double scratch = (parts + 1) * AttentionScratch.floats(d, blockSize);
        double largest =
                Math.max(
                        Math.max(size, (rows + Activations.SLACK) * widest),
                        Math.max(cache, tokens * Math.max(d, Layout.PAD)));
        if (largest > Integer.MAX_VALUE - 8) {
            return Long.MAX_VALUE;
        }
        double activations = Activations.floats(c, a, f, v, layers) * (rows + Activations.SLACK);
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

    /// Changes with the parameters.
    long version() {
        return version;
    }

    float[] weights() {
        return params;
    }

    /// First and second moments of the gradients.
    List<float[]> moments() {
        return List.of(m, v);
    }

    /// Forward, loss, backward and Adam update. Where the loss, its gradient or a parameter after the update
    /// is not finite, there is no update, and the result is not finite.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param step counted from 0
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    public double trainStep(int[][] batch, long step, double learningRate) {
        double loss = passes.lossAndGradient(batch);
        if (!Double.isFinite(loss) || !kernels.isFinite(gradient, layout.size)) {
            return Double.NaN;
        }
        if (learningRate > SAFE_LEARNING_RATE) {
            return updateIfFinite(step, learningRate) ? loss : Double.NaN;
        }
        update(step, learningRate);
        return loss;
    }

    /// The same to the bit, with somebody looking on: takes a copy of the parameters and more time.
    ///
    /// @param observer is told of an update, and of nothing where there is none
    public double trainStep(int[][] batch, long step, double learningRate, StepObserver observer) {
        float[] before = params.clone();
        double loss = trainStep(batch, step, learningRate);
        if (Double.isFinite(loss)) {
            passes.showExcited(observer);
            layout.forEachParam(
                    (index, place) ->
                            observer.updated(index, gradient[place], before[place], params[place]));
        }
        return loss;
    }

    /// @return false where a parameter has left the range of single precision and all is as before
    private boolean updateIfFinite(long step, double learningRate) {
        float[] oldParams = params.clone();
        float[] oldM = m.clone();
        float[] oldV = v.clone();
        update(step, learningRate);
        if (kernels.isFinite(params, layout.size)) {
            return true;
        }
        System.arraycopy(oldParams, 0, params, 0, params.length);
        System.arraycopy(oldM, 0, m, 0, m.length);
        System.arraycopy(oldV, 0, v, 0, v.length);
        return false;
    }

    private void update(long step, double learningRate) {
        stepSize = (float) (learningRate / (1 - power(BETA1, step + 1)));
        vScale = (float) (1 / (1 - power(BETA2, step + 1)));
        version++;
        passes.run(adam, layout.size, Layout.PAD);
        if (step % STEPS_BETWEEN_FLUSHES == 0) {
            kernels.flush(m, layout.size, TINY_MEAN);
            kernels.flush(v, layout.size, TINY_SQUARE);
        }
    }

    /// The same to the bit wherever it is computed, unlike `Math.pow`.
    private static double power(double base, long exponent) {
        double result = 1;
        double square = base;
        for (long n = exponent; n > 0; n /= 2) {
            if (n % 2 == 1) {
                result *= square;
            }
            square *= square;
        }
        return result;
    }

    private void adam(int part, int from, int to) {
        kernels.adam(from, to, params, gradient, m, v, stepSize, vScale);
    }

    /// Runs the model over a sequence and changes nothing.
    ///
    /// @param tokens at most blockSize of them are read
    public Capture capture(int[] tokens) {
        return passes.capture(tokens);
    }

    /// All parameters in the order of the reference, (numParams).
    public double[] params() {
        return layout.exported(params);
    }

    /// Replaces the moments of the gradients.
    ///
    /// @param firstMoments in the order of the reference, (numParams)
    /// @param secondMoments in the order of the reference, (numParams)
    public void setMoments(double[] firstMoments, double[] secondMoments) {
        layout.forEachParam(
                (index, place) -> {
                    m[place] = (float) firstMoments[index];
                    v[place] = (float) secondMoments[index];
                });
    }

    /// The first moments of the gradients in the order of the reference, (numParams).
    public double[] firstMoments() {
        return layout.exported(m);
    }

    /// The second moments of the gradients in the order of the reference, (numParams).
    public double[] secondMoments() {
        return layout.exported(v);
    }

    /// The gradient of a batch's loss in the order of the reference, (numParams).
    public double[] gradients(int[][] batch) {
        passes.lossAndGradient(batch);
        return layout.exported(gradient);
    }

    /// The cross-entropy of each token of a sequence after the first, given those before it. Tokens beyond
    /// blockSize are left out. Changes nothing.
    ///
    /// @param tokens at least two
    /// @return in nats, (min(blockSize, tokens - 1))
    public double[] losses(int[] tokens) {
        return passes.losses(tokens);
    }

    /// A row of wte, (C).
    public double[] embedding(int tokenId) {
        double[] row = new double[layout.width];
        Arrays.setAll(row, j -> params[layout.wte + tokenId * layout.c + j]);
        return row;
    }
}
