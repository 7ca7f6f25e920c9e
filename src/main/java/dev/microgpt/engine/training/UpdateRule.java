package dev.microgpt.engine.training;

/// How an optimiser changes the parameters.
///
/// @param beta1 decay of the first moments, below 1; of Adam
/// @param beta2 decay of the second moments, below 1; of Adam
/// @param epsilon added to the root of the second moment, above 0; of Adam
/// @param weightDecay share of a weight that a step removes at learning rate 1; of ADAMW and MUON. Embeddings keep all
/// @param momentum share of the running gradient that a step keeps, below 1; of SGD and MUON
public record UpdateRule(
        OptimizerKind kind,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double momentum) {

    /// Adam as in microgpt.
    public static final UpdateRule DEFAULT =
            new UpdateRule(OptimizerKind.ADAM, 0.85, 0.99, 1e-8, 0, 0);

    /// Returns the share of a weight that a step removes at learning rate 1; 0 for an optimiser without weight decay.
    public double decay() {
        return switch (kind) {
            case ADAM, SGD -> 0;
            case ADAMW, MUON -> weightDecay;
        };
    }

    /// Returns the largest possible ratio of |m| to sqrt(v) in a state that Adam has reached from zero moments:
    /// Cauchy's inequality for both sums over the past gradients.
    ///
    /// @return infinity if there is none
    public double maxMomentRatio() {
        double decays = beta1 * beta1 / beta2; // of the terms of the sum
        return beta2 > 0 && decays < 1
                ? (1 - beta1) / Math.sqrt((1 - beta2) * (1 - decays))
                : Double.POSITIVE_INFINITY;
    }
}
