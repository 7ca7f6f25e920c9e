package dev.microgpt.engine;

import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.engine.training.Orthogonalization;
import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.engine.training.UpdateRule;

import java.util.Arrays;
import java.util.List;

/// The parameters and moments after a step of the reference engine.
///
/// @param params (numParams)
/// @param m first moments, (numParams)
/// @param v second moments, (numParams)
record ScalarUpdate(double[] params, double[] m, double[] v) {

    /// Computes an update.
    ///
    /// @param params the parameters before the step, (numParams)
    /// @param gradients clipped, (numParams)
    /// @param m first moments before the step, (numParams)
    /// @param v second moments before the step, (numParams)
    /// @throws DivergedException if a new moment or a new parameter is not finite
    static ScalarUpdate of(
            StepSettings settings,
            List<Matrix> matrices,
            double[] params,
            double[] gradients,
            double[] m,
            double[] v) {
        ScalarUpdate update = new ScalarUpdate(params.clone(), m.clone(), v.clone());
        for (Matrix matrix : matrices) {
            if (!matrix.isExemptFromDecay()) {
                update.decay(matrix, settings);
            }
            switch (kind(settings.rule(), matrix)) {
                case ADAM, ADAMW -> update.adam(matrix, settings, gradients);
                case SGD -> update.sgd(matrix, settings, gradients);
                case MUON -> update.muon(matrix, settings, gradients);
            }
        }
        update.requireFinite(settings.step());
        return update;
    }

    /// Returns the rule that applies to a matrix: Muon is for hidden layers alone.
    static OptimizerKind kind(UpdateRule rule, Matrix matrix) {
        return rule.kind() == OptimizerKind.MUON && !matrix.isHidden()
                ? OptimizerKind.ADAMW
                : rule.kind();
    }

    /// Removes a share of each weight.
    private void decay(Matrix matrix, StepSettings settings) {
        double decay = settings.rule().decay();
        if (decay > 0) {
            for (int i = matrix.offset(); i < matrix.end(); i++) {
                params[i] *= 1 - settings.learningRate() * decay;
            }
        }
    }

    /// Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization" (2014).
    private void adam(Matrix matrix, StepSettings settings, double[] gradients) {
        UpdateRule rule = settings.rule();
        double beta1 = rule.beta1();
        double beta2 = rule.beta2();
        double mBias = bias(beta1, settings.step());
        double vBias = bias(beta2, settings.step());
        for (int i = matrix.offset(); i < matrix.end(); i++) {
            double g = gradients[i];
            m[i] = beta1 * m[i] + (1 - beta1) * g;
            v[i] = beta2 * v[i] + (1 - beta2) * (g * g);
            double mHat = m[i] / mBias;
            double vHat = v[i] / vBias;
            params[i] -= settings.learningRate() * mHat / (Math.sqrt(vHat) + rule.epsilon());
        }
    }

    /// Returns by what a moment is divided to correct its bias towards the initial 0.
    ///
    /// @param decay beta1 or beta2
    /// @param step number of steps before this one
    static double bias(double decay, long step) {
        return 1 - StrictMath.pow(decay, step + 1.0);
    }

    private void sgd(Matrix matrix, StepSettings settings, double[] gradients) {
        for (int i = matrix.offset(); i < matrix.end(); i++) {
            m[i] = settings.rule().momentum() * m[i] + gradients[i];
            params[i] -= settings.learningRate() * m[i];
        }
    }

    /// Source: K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
    private void muon(Matrix matrix, StepSettings settings, double[] gradients) {
        double keep = settings.rule().momentum();
        int start = matrix.offset();
        double[] ahead = new double[matrix.size()]; // Nesterov's momentum
        for (int i = 0; i < ahead.length; i++) {
            double g = gradients[start + i];
            m[start + i] = keep * m[start + i] + (1 - keep) * g;
            ahead[i] = keep * m[start + i] + (1 - keep) * g;
        }
        double[] update = Orthogonalization.update(ahead, matrix.rows(), matrix.columns());
        for (int i = 0; i < update.length; i++) {
            params[start + i] -= settings.learningRate() * update[i];
        }
    }

    private void requireFinite(long step) {
        requireFinite(m, "a first moment", step);
        requireFinite(v, "a second moment", step);
        requireFinite(params, "a parameter", step);
    }

    private static void requireFinite(double[] numbers, String what, long step) {
        Arrays.stream(numbers)
                .filter(x -> !Double.isFinite(x))
                .findFirst()
                .ifPresent(
                        x -> {
                            throw DivergedException.of(what, x, step);
                        });
    }
}
