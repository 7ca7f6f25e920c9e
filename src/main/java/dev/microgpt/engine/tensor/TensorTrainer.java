package dev.microgpt.engine.tensor;

import dev.microgpt.engine.training.StepSettings;

import org.jspecify.annotations.Nullable;

/// Trains a model: updates parameters and optimiser state in place, step by step. Not thread-safe.
///
/// After the first step with the longest documents, a step on one thread allocates nothing.
public final class TensorTrainer {

    private final Layout layout;
    private final Kernels kernels;
    private final Weights weights;
    private final float[] params; // (size), shared with the weights
    private final AdamState state;
    private final Workspace workspace;
    private final ForwardPass forward;
    private @Nullable BackwardPass backward;
    private @Nullable TensorOptimizer optimizer;
    private double lastGradientScale = 1;

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

    /// Trains one step: forward pass, loss, backward pass and update.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    /// @throws NotFiniteException if the loss, its gradient, a new moment or a new parameter is not finite;
    ///     parameters and optimiser state are then unchanged
    public double trainStep(int[][] batch, StepSettings settings) throws NotFiniteException {
        double loss = lossAndGradient(batch, settings);
        requireFinite(loss, "the loss");
        float[] gradient = gradient();
        if (!backwardPass().hasFiniteSquares()) {
            requireFiniteSquares(gradient);
        }
        lastGradientScale = clip(gradient, settings);
        if (optimizer().isSafe(settings)) {
            update(settings);
        } else {
            updateOrRollBack(settings);
        }
        return loss;
    }

    /// Trains one step with bit-identical results, and reports its details to an observer. Takes more time,
    /// and memory for a copy of the parameters.
    ///
    /// @param observer called after the update; not called if the step fails
    public double trainStep(int[][] batch, StepSettings settings, StepObserver observer)
            throws NotFiniteException {
        float[] before = params.clone();
        double loss = trainStep(batch, settings);
        forward.reportActiveUnits(observer);
        float[] gradient = gradient();
        layout.order()
                .forEachParam(
                        (index, offset) ->
                                observer.updated(
                                        index, gradient[offset], before[offset], params[offset]));
        return loss;
    }

    /// Returns the factor by which the last step has shortened its gradient; 1 if it has not.
    public double lastGradientScale() {
        return lastGradientScale;
    }

    /// Shortens a gradient that is too long.
    ///
    /// @return the factor
    private static double clip(float[] gradient, StepSettings settings) {
        if (settings.gradientClip() == Double.POSITIVE_INFINITY) {
            return 1;
        }
        double squares = 0;
        for (float g : gradient) {
            squares += (double) g * g;
        }
        double scale = settings.gradientScale(Math.sqrt(squares));
        if (scale < 1) {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= (float) scale;
            }
        }
        return scale;
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

    private double lossAndGradient(int[][] batch, StepSettings settings) {
        double loss = forward.loss(batch, settings);
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

    private TensorOptimizer optimizer() {
        if (optimizer == null) {
            optimizer = new TensorOptimizer(layout, workspace, params, gradient(), state);
        }
        return optimizer;
    }

    private void updateOrRollBack(StepSettings settings) throws NotFiniteException {
        float[] oldParams = params.clone();
        AdamState oldState = state.copy();
        update(settings);
        if (kernels.haveFiniteSquares(params, 0, layout.size)) {
            return;
        }
        try {
            for (float p : params) {
                requireFinite(p, "a parameter");
            }
        } catch (NotFiniteException e) {
            System.arraycopy(oldParams, 0, params, 0, params.length);
            state.copyFrom(oldState);
            weights.changed();
            throw e;
        }
    }

    private void update(StepSettings settings) {
        optimizer().update(settings);
        weights.changed();
    }

    /// Returns the loss of a training step, without making it.
    ///
    /// @return as [#trainStep]; infinite if the cross-entropy of a token is too large
    public double loss(int[][] batch, StepSettings settings) {
        return forward.loss(batch, settings);
    }

    /// Returns the gradient of a batch's loss in the order of the reference, (numParams). Changes neither
    /// parameters nor optimiser state.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    public double[] gradients(int[][] batch, StepSettings settings) {
        lossAndGradient(batch, settings);
        return layout.exported(gradient());
    }
}
