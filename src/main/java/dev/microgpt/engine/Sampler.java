package dev.microgpt.engine;

import dev.microgpt.engine.random.RandomSource;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Turns logits into the next token.
final class Sampler {

    private final GenerateOptions options;
    private final RandomSource random;

    Sampler(GenerateOptions options, RandomSource random) {
        this.options = options;
        this.random = random;
    }

    /// The probabilities to draw from: those of the tokens that topK and topP leave out are 0.
    ///
    /// @param logits (V)
    /// @return (V), with sum 1
    /// @throws DivergedException if a logit is not finite
    double[] probabilities(double[] logits) {
        for (double logit : logits) {
            if (!Double.isFinite(logit)) {
                throw new DivergedException("the model's logits are not finite");
            }
        }
        double inverse = StrictMath.pow(options.temperature(), -1);
        double[] scaled = new double[logits.length];
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logits.length; i++) {
            scaled[i] = logits[i] * inverse;
            max = Math.max(max, scaled[i]);
        }
        if (options.temperature() == 0 || !Double.isFinite(max)) {
            return mostLikely(logits); // the limit of ever lower temperatures
        }
        double[] probs = new double[logits.length];
        for (int i = 0; i < probs.length; i++) {
            probs[i] = StrictMath.exp(scaled[i] - max);
        }
        normalise(probs);
        return isFiltering() ? filtered(probs) : probs;
    }

    /// Draws a token, or takes the most likely one at temperature 0.
    ///
    /// @param probs as [#probabilities] gave them
    int choose(double[] probs) {
        if (options.temperature() == 0) {
            return argmax(probs);
        }
        if (!isFiltering()) {
            return random.weightedChoice(probs);
        }
        // A generator may land on a weight of 0, so only what is left takes part in the draw.
        int[] kept = IntStream.range(0, probs.length).filter(i -> probs[i] > 0).toArray();
        double[] weights = Arrays.stream(kept).mapToDouble(i -> probs[i]).toArray();
        return kept[random.weightedChoice(weights)];
    }

    private boolean isFiltering() {
        return options.topK() > 0 || options.topP() < 1;
    }

    private double[] filtered(double[] probs) {
        int[] byProbability =
                IntStream.range(0, probs.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -probs[i]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int most = options.topK() == 0 ? probs.length : Math.min(options.topK(), probs.length);
        double[] result = new double[probs.length];
        double reached = 0;
        for (int rank = 0; rank < most && reached < options.topP(); rank++) {
            int token = byProbability[rank];
            result[token] = probs[token];
            reached += probs[token];
        }
        normalise(result);
        return result;
    }

    private static void normalise(double[] weights) {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double inverse = StrictMath.pow(total, -1);
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= inverse;
        }
    }

    private static double[] mostLikely(double[] logits) {
        double[] probs = new double[logits.length];
        probs[argmax(logits)] = 1;
        return probs;
    }

    private static int argmax(double[] x) {
        int best = 0;
        for (int i = 1; i < x.length; i++) {
            if (x[i] > x[best]) {
                best = i;
            }
        }
        return best;
    }
}
