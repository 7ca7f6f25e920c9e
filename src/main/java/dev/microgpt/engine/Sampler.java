package dev.microgpt.engine;

import dev.microgpt.engine.random.RandomSource;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Draws the next token from the model's probabilities.
final class Sampler {

    private final GenerateOptions options;
    private final RandomSource random;

    Sampler(GenerateOptions options, RandomSource random) {
        this.options = options;
        this.random = random;
    }

    /// Keeps only the tokens that topK and topP allow.
    ///
    /// @param probs the probabilities of all tokens at this temperature, (V)
    /// @return the probabilities to draw from, with sum 1, (V)
    double[] filtered(double[] probs) {
        if (!isFiltering()) {
            return probs;
        }
        int[] byProbability =
                IntStream.range(0, probs.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -probs[i]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int maxTokens = options.topK() == 0 ? probs.length : Math.min(options.topK(), probs.length);
        double[] result = new double[probs.length];
        double cumulative = 0;
        for (int rank = 0; rank < maxTokens && cumulative < options.topP(); rank++) {
            int token = byProbability[rank];
            result[token] = probs[token];
            cumulative += probs[token];
        }
        normalise(result);
        return result;
    }

    /// Draws a token, or returns the most likely one at temperature 0.
    ///
    /// @param probs as returned by [#filtered], (V)
    /// @return a token id
    int choose(double[] probs) {
        return options.temperature() == 0 ? argmax(probs) : choose(random.random(), probs);
    }

    /// Returns the token that [#choose(double\[\])] returns if it draws a given number, unless the temperature is 0.
    ///
    /// @param uniform in [0, 1)
    int choose(double uniform, double[] probs) {
        if (!isFiltering()) {
            return random.choice(uniform, probs);
        }
        // A generator may choose a weight of 0, so the draw is among the kept tokens only.
        int[] kept = IntStream.range(0, probs.length).filter(i -> probs[i] > 0).toArray();
        double[] weights = Arrays.stream(kept).mapToDouble(i -> probs[i]).toArray();
        return kept[random.choice(uniform, weights)];
    }

    /// Returns whether topK or topP leave tokens out.
    boolean isFiltering() {
        return options.topK() > 0 || options.topP() < 1;
    }

    private static void normalise(double[] weights) {
        double total = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= total;
        }
    }

    static int argmax(double[] x) {
        int best = 0;
        for (int i = 1; i < x.length; i++) {
            if (x[i] > x[best]) {
                best = i;
            }
        }
        return best;
    }
}
