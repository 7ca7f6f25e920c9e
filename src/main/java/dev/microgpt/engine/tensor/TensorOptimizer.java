package dev.microgpt.engine.tensor;

import dev.microgpt.engine.training.Orthogonalization;
import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.engine.training.UpdateRule;

import org.jspecify.annotations.Nullable;

/// Updates parameters and moments in place.
final class TensorOptimizer {

    /// Moments of rarely used parameters decay. First moments up to TINY_MEAN and second moments up to
    /// TINY_SQUARE no longer matter. They are set to 0 long before they become subnormal numbers, with which
    /// arithmetic takes many times longer.
    private static final float TINY_MEAN = 1e-20f;

    private static final float TINY_SQUARE = 1e-30f;
    private static final int STEPS_BETWEEN_FLUSHES = 32;

    /// Up to this learning rate the step size of Adam is below 1: its product with a first moment is finite, and no
    /// parameter moves further than a few times the learning rate. Above it, an update may exceed the range
    /// of single precision.
    private static final double SAFE_LEARNING_RATE = 0.1;

    private final Layout layout;
    private final Kernels kernels;
    private final Workspace workspace;
    private final float[] params; // (size)
    private final float[] gradient; // (size)
    private final AdamState state;
    private final boolean isBounded;
    private int @Nullable []
            offsets; // (numParams), by index in the order of the reference; for MUON

    // Created once, so that a step allocates nothing.
    private final Workers.Phase adam = this::adam;
    private final Workers.Phase adamOutsideLayers = this::adamOutsideLayers;
    private final Workers.Phase sgd = this::sgd;

    // Of the current update.
    private UpdateRule rule = UpdateRule.DEFAULT;
    private double learningRate;
    private float stepSize; // see Kernels#adam
    private float vScale;

    TensorOptimizer(
            Layout layout, Workspace workspace, float[] params, float[] gradient, AdamState state) {
        this.layout = layout;
        this.workspace = workspace;
        kernels = workspace.kernels;
        this.params = params;
        this.gradient = gradient;
        this.state = state;
        isBounded = state.isBounded();
    }

    /// Returns whether an update cannot make a parameter infinite if gradients and parameters are finite.
    boolean isSafe(StepSettings settings) {
        return switch (settings.rule().kind()) {
            case ADAM, ADAMW ->
                    settings.learningRate() <= SAFE_LEARNING_RATE
                            && isBounded
                            && settings.rule().maxMomentRatio() <= AdamState.RATIO;
            case SGD, MUON -> false;
        };
    }

    void update(StepSettings settings) {
        rule = settings.rule();
        learningRate = settings.learningRate();
        long step = settings.step();
        stepSize = (float) (learningRate / (1 - power(rule.beta1(), step + 1)));
        vScale = (float) (1 / (1 - power(rule.beta2(), step + 1)));
        switch (rule.kind()) {
            case ADAM, ADAMW -> workspace.run(adam, layout.size, Layout.PAD);
            case SGD -> workspace.run(sgd, layout.size, Layout.PAD);
            case MUON -> {
                workspace.run(adamOutsideLayers, paramsOutsideLayers(), Layout.PAD);
                muon();
            }
        }
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

    private void adam(int thread, int from, int to) {
        decay(from, to);
        kernels.adam(
                from,
                to,
                params,
                gradient,
                state.m(),
                state.v(),
                stepSize,
                vScale,
                (float) rule.beta1(),
                (float) rule.beta2(),
                (float) rule.epsilon());
    }

    /// Updates the embeddings, the last layer, and gains and biases.
    ///
    /// @param from,to range of parameters, counted without the weights of the layers
    private void adamOutsideLayers(int thread, int from, int to) {
        int firstLayer = layout.layer(0);
        int skipped = layout.firstVector() - firstLayer;
        if (from < firstLayer) {
            adam(thread, from, Math.min(to, firstLayer));
        }
        if (to > firstLayer) {
            adam(thread, Math.max(from, firstLayer) + skipped, to + skipped);
        }
    }

    /// Returns the number of parameters that [#adamOutsideLayers] updates.
    private int paramsOutsideLayers() {
        return layout.size - (layout.firstVector() - layout.layer(0));
    }

    /// Removes a share of the weights, but not of embeddings, gains and biases.
    private void decay(int from, int to) {
        if (rule.decay() > 0) {
            float rest = (float) (1 - learningRate * rule.decay());
            int end = Math.min(to, layout.firstVector());
            for (int i = Math.max(from, layout.lmHead); i < end; i++) {
                params[i] *= rest;
            }
        }
    }

    private void sgd(int thread, int from, int to) {
        float[] m = state.m();
        float keep = (float) rule.momentum();
        float rate = (float) learningRate;
        for (int i = from; i < to; i++) {
            m[i] = keep * m[i] + gradient[i];
            params[i] -= rate * m[i];
        }
    }

    /// Updates the weights of the layers, matrix by matrix.
    private void muon() {
        decay(layout.layer(0), layout.firstVector());
        for (ReferenceOrder.Placed matrix : layout.order().matrices()) {
            if (matrix.isHidden()) {
                muon(matrix.index(), matrix.rows(), matrix.columns());
            }
        }
    }

    /// @param index of the first parameter of the matrix in the order of the reference
    private void muon(int index, int rows, int columns) {
        int[] at = offsets();
        double keep = rule.momentum();
        double[] ahead = new double[rows * columns];
        for (int i = 0; i < ahead.length; i++) {
            int offset = at[index + i];
            double g = gradient[offset];
            double m = keep * state.m()[offset] + (1 - keep) * g;
            state.m()[offset] = (float) m;
            ahead[i] = keep * m + (1 - keep) * g;
        }
        double[] update = Orthogonalization.update(ahead, rows, columns);
        for (int i = 0; i < update.length; i++) {
            params[at[index + i]] -= (float) (learningRate * update[i]);
        }
    }

    private int[] offsets() {
        int[] known = offsets;
        if (known == null) {
            int[] all = new int[layout.numParams()];
            layout.order().forEachParam((index, offset) -> all[index] = offset);
            offsets = all;
            known = all;
        }
        return known;
    }
}
