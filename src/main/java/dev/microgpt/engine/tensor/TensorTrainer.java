package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// Trains a model: changes parameters and the state of the optimiser, step by step. After the first step
/// with the longest documents, a step on one thread allocates nothing.
public final class TensorTrainer {

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
    private final Weights weights;
    private final float[] params; // (size), those of the weights
    private final AdamState state;
    private final boolean bounded;
    private final Workspace workspace;
    private final ForwardPass forward;
    private @Nullable BackwardPass backward;

    /// Of the Adam update at hand.
    private final Workers.Phase adam = this::adam;

    private float stepSize;
    private float vScale;

    /// @param weights will be changed
    /// @param state will be changed
    public TensorTrainer(Weights weights, AdamState state) {
        this(weights, state, KernelProvider.kernels(), Workers.WORTHWHILE);
    }

    /// @param worthwhile operations of a step from which on it is split among threads
    TensorTrainer(Weights weights, AdamState state, Kernels kernels, double worthwhile) {
        this.weights = weights;
        this.state = state;
        this.kernels = kernels;
        layout = weights.layout();
        params = weights.array();
        bounded = state.isBounded();
        workspace = new Workspace(layout, kernels, worthwhile);
        forward = new ForwardPass(weights, workspace);
    }

    /// The parameters as they are: each step changes them.
    public Weights weights() {
        return weights;
    }

    /// The state of the optimiser as it is: each step changes it.
    public AdamState state() {
        return state;
    }

    /// Reads with the parameters as they are, in the buffers of this trainer.
    public ForwardPass forwardPass() {
        return forward;
    }

    /// Forward, loss, backward and Adam update.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param step counted from 0
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    /// @throws NotFiniteException if the loss, its gradient, a new moment or a new parameter is not finite;
    ///     all is as before then
    public double trainStep(int[][] batch, long step, double learningRate)
            throws NotFiniteException {
        double loss = lossAndGradient(batch);
        requireFinite(loss, "the loss");
        float[] gradient = gradient();
        if (!kernels.haveFiniteSquares(gradient, layout.size)) {
            requireFiniteSquares(gradient);
        }
        if (learningRate > SAFE_LEARNING_RATE || !bounded) {
            updateOrLeave(step, learningRate);
        } else {
            update(step, learningRate);
        }
        return loss;
    }

    /// The same to the bit, with somebody looking on: takes a copy of the parameters and more time.
    ///
    /// @param observer is told of an update, and of nothing where there is none
    public double trainStep(int[][] batch, long step, double learningRate, StepObserver observer)
            throws NotFiniteException {
        float[] before = params.clone();
        double loss = trainStep(batch, step, learningRate);
        forward.showExcited(observer);
        float[] gradient = gradient();
        layout.forEachParam(
                (index, place) ->
                        observer.updated(index, gradient[place], before[place], params[place]));
        return loss;
    }

    /// A second moment is a mean of squares, so that it is finite as long as these are.
    private static void requireFiniteSquares(float[] gradient) throws NotFiniteException {
        for (float g : gradient) {
            requireFinite(g, "a gradient");
            requireFinite(g * g, "a second moment");
        }
    }

    private static void requireFinite(double x, String what) throws NotFiniteException {
        if (!Double.isFinite(x)) {
            throw new NotFiniteException(what, x);
        }
    }

    private double lossAndGradient(int[][] batch) {
        double loss = forward.loss(batch);
        backwardPass().run();
        return loss;
    }

    private float[] gradient() {
        return backwardPass().gradient();
    }

    private BackwardPass backwardPass() {
        if (backward == null) {
            backward = new BackwardPass(weights, workspace);
        }
        return backward;
    }

    private void updateOrLeave(long step, double learningRate) throws NotFiniteException {
        float[] oldParams = params.clone();
        AdamState oldState = state.copy();
        update(step, learningRate);
        if (kernels.haveFiniteSquares(params, layout.size)) {
            return;
        }
        try {
            for (float p : params) {
                requireFinite(p, "a parameter");
            }
        } catch (NotFiniteException e) {
            System.arraycopy(oldParams, 0, params, 0, params.length);
            state.takeOver(oldState);
            throw e;
        }
    }

    private void update(long step, double learningRate) {
        stepSize = (float) (learningRate / (1 - power(BETA1, step + 1)));
        vScale = (float) (1 / (1 - power(BETA2, step + 1)));
        weights.changed();
        workspace.run(adam, layout.size, Layout.PAD);
        if (step % STEPS_BETWEEN_FLUSHES == 0) {
            kernels.flush(state.m(), layout.size, TINY_MEAN);
            kernels.flush(state.v(), layout.size, TINY_SQUARE);
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
        kernels.adam(from, to, params, gradient(), state.m(), state.v(), stepSize, vScale);
    }

    /// The gradient of a batch's loss in the order of the reference, (numParams).
    public double[] gradients(int[][] batch) {
        lossAndGradient(batch);
        return layout.exported(gradient());
    }
}
