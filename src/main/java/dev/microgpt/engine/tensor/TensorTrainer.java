package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// Trains a model: updates parameters and optimiser state in place, step by step. Not thread-safe.
///
/// After the first step with the longest documents, a step on one thread allocates nothing.
public final class TensorTrainer {

    private static final double BETA1 = 0.85;
    private static final double BETA2 = 0.99;

    /// Moments of rarely used parameters decay. First moments up to TINY_MEAN and second moments up to
    /// TINY_SQUARE no longer matter. They are set to 0 long before they become subnormal numbers, with which
    /// arithmetic takes many times longer.
    private static final float TINY_MEAN = 1e-20f;

    private static final float TINY_SQUARE = 1e-30f;
    private static final int STEPS_BETWEEN_FLUSHES = 32;

    /// Up to this learning rate the step size is below 1: its product with a first moment is finite, and no
    /// parameter moves further than a few times the learning rate. Above it, an update may exceed the range
    /// of single precision.
    private static final double SAFE_LEARNING_RATE = 0.1;

    private final Layout layout;
    private final Kernels kernels;
    private final Weights weights;
    private final float[] params; // (size), shared with the weights
    private final AdamState state;
    private final boolean bounded;
    private final Workspace workspace;
    private final ForwardPass forward;
    private @Nullable BackwardPass backward;

    private final Workers.Phase adam = this::adam;

    // Of the current Adam update, see Kernels#adam.
    private float stepSize;
    private float vScale;

    /// Creates a trainer that updates the given weights and optimiser state in place.
    public TensorTrainer(Weights weights, AdamState state) {
        this(weights, state, KernelProvider.kernels(), Workers.PARALLEL_THRESHOLD);
    }

    /// @param parallelThreshold a step of at least this many operations is split among threads
    TensorTrainer(Weights weights, AdamState state, Kernels kernels, double parallelThreshold) {
        this.weights = weights;
        this.state = state;
        this.kernels = kernels;
        layout = weights.layout();
        params = weights.array();
        bounded = state.isBounded();
        workspace = new Workspace(layout, kernels, parallelThreshold);
        forward = new ForwardPass(weights, workspace);
    }

    /// Returns the current parameters, which each step changes.
    public Weights weights() {
        return weights;
    }

    /// Returns the current optimiser state, which each step changes.
    public AdamState state() {
        return state;
    }

    /// Returns a forward pass with the current parameters, which shares the buffers of this trainer.
    public ForwardPass forwardPass() {
        return forward;
    }

    /// Trains one step: forward pass, loss, backward pass and Adam update.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param step number of steps before this one
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    /// @throws NotFiniteException if the loss, its gradient, a new moment or a new parameter is not finite;
    ///     parameters and optimiser state are then unchanged
    public double trainStep(int[][] batch, long step, double learningRate)
            throws NotFiniteException {
        double loss = lossAndGradient(batch);
        requireFinite(loss, "the loss");
        float[] gradient = gradient();
        if (!kernels.haveFiniteSquares(gradient, layout.size)) {
            requireFiniteSquares(gradient);
        }
        if (learningRate > SAFE_LEARNING_RATE || !bounded) {
            updateOrRollBack(step, learningRate);
        } else {
            update(step, learningRate);
        }
        return loss;
    }

    /// Trains one step with bit-identical results, and reports its details to an observer. Takes more time,
    /// and memory for a copy of the parameters.
    ///
    /// @param observer called after the update; not called if the step fails
    public double trainStep(int[][] batch, long step, double learningRate, StepObserver observer)
            throws NotFiniteException {
        float[] before = params.clone();
        double loss = trainStep(batch, step, learningRate);
        forward.reportActiveUnits(observer);
        float[] gradient = gradient();
        layout.forEachParam(
                (index, offset) ->
                        observer.updated(index, gradient[offset], before[offset], params[offset]));
        return loss;
    }

    /// Checks the gradients and their squares. A second moment is a mean of squares, and so is finite if
    /// these are.
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

    private void updateOrRollBack(long step, double learningRate) throws NotFiniteException {
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
            state.copyFrom(oldState);
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

    /// Returns a power. The result is the same to the bit on every machine, unlike that of `Math.pow`.
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

    /// Returns the gradient of a batch's loss in the order of the reference, (numParams). Changes neither
    /// parameters nor optimiser state.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    public double[] gradients(int[][] batch) {
        lossAndGradient(batch);
        return layout.exported(gradient());
    }
}
