package dev.microgpt.engine.random;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// A seeded random generator: the same seed gives the same numbers on every machine.
///
/// A model draws from one generator in a fixed order: shuffle of the documents, initial parameters,
/// generated texts. Not thread-safe.
public sealed interface RandomSource permits SeededRandom, PythonRandom {

    /// Draws a uniform number in [0, 1).
    double random();

    /// Draws a normally distributed number.
    ///
    /// @param mu mean
    /// @param sigma standard deviation
    double gauss(double mu, double sigma);

    /// Draws a uniform integer in [0, bound).
    ///
    /// @throws IllegalArgumentException if `bound` is not positive
    int below(int bound);

    /// Draws an index with a probability proportional to its weight.
    ///
    /// @param weights non-negative, not all zero; they need not sum to 1
    /// @return an index into `weights`
    /// @throws IllegalArgumentException if the sum of the weights is not finite and above 0
    default int weightedChoice(double[] weights) {
        return choice(random(), weights);
    }

    /// Returns the index that [#weightedChoice(double\[\])] returns if it draws a given number. Draws nothing.
    ///
    /// @param uniform in [0, 1)
    /// @param weights non-negative, not all zero; they need not sum to 1
    /// @throws IllegalArgumentException if the sum of the weights is not finite and above 0
    int choice(double uniform, double[] weights);

    /// Skips draws of [#random()].
    default void skip(long draws) {
        for (long i = 0; i < draws; i++) {
            random();
        }
    }

    /// Returns an independent generator that continues from the same state.
    RandomSource copy();

    /// Returns the complete state, from which `RandomKind.restore` creates a generator that continues.
    int[] words();

    /// Draws an item with a probability proportional to its weight.
    ///
    /// @throws IllegalArgumentException if the sizes differ, or the sum of the weights is not finite and
    ///     above 0
    default <T> T weightedChoice(List<T> population, double[] weights) {
        if (population.size() != weights.length) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "population has %d items, but there are %d weights",
                            population.size(),
                            weights.length));
        }
        return population.get(weightedChoice(weights));
    }

    /// Shuffles in place (Fisher-Yates, from the last item down).
    default void shuffle(int[] items) {
        for (int i = items.length - 1; i > 0; i--) {
            int j = below(i + 1);
            int swapped = items[i];
            items[i] = items[j];
            items[j] = swapped;
        }
    }

    /// Shuffles in place, with the same draws as [#shuffle(int\[\])].
    default void shuffle(List<?> items) {
        for (int i = items.size() - 1; i > 0; i--) {
            Collections.swap(items, i, below(i + 1));
        }
    }

    /// Returns the sum of the weights if it is finite and above 0.
    ///
    /// @throws IllegalArgumentException if it is not
    static double requireUsable(double total) {
        if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "the sum of the weights must be finite and above 0, but is " + total);
        }
        return total;
    }
}
