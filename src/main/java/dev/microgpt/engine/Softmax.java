package dev.microgpt.engine;

import java.util.Arrays;

/// Converts logits to probabilities in double precision, with the same operations as microgptjs when it
/// generates.
final class Softmax {

    private Softmax() {}

    /// Computes softmax(logits / temperature).
    ///
    /// @param logits (V)
    /// @param temperature divides the logits; 0 gives the largest one the probability 1
    /// @param probs receives the probabilities, (V)
    /// @throws DivergedException if a logit is not finite
    static void probabilities(double[] logits, double temperature, double[] probs) {
        double inverse = StrictMath.pow(temperature, -1);
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logits.length; i++) {
            if (!Double.isFinite(logits[i])) {
                throw new DivergedException("a logit is " + logits[i]);
            }
            probs[i] = logits[i] * inverse;
            max = Math.max(max, probs[i]);
        }
        if (!Double.isFinite(max)) { // the limit for a temperature approaching 0
            Arrays.fill(probs, 0);
            probs[Sampler.argmax(logits)] = 1;
            return;
        }
        double total = 0;
        for (int i = 0; i < probs.length; i++) {
            probs[i] = StrictMath.exp(probs[i] - max);
            total += probs[i];
        }
        double scale = StrictMath.pow(total, -1);
        for (int i = 0; i < probs.length; i++) {
            probs[i] *= scale;
        }
    }
}
