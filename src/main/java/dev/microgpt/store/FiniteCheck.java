package dev.microgpt.store;

import org.jspecify.annotations.Nullable;

/// Rejects NaN and infinity, which could be written but would be unusable when read back.
final class FiniteCheck {

    private FiniteCheck() {}

    /// Returns the number.
    ///
    /// @param what a name for the number, used in the message
    /// @throws IllegalArgumentException if it is not finite
    static double require(String what, double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(
                    "%s must be finite to be stored, but is %s".formatted(what, number));
        }
        return number;
    }

    /// @throws IllegalArgumentException if any of the numbers is not finite
    static void requireAll(String what, double[] numbers) {
        for (double number : numbers) {
            require(what, number);
        }
    }

    /// Returns the number, which may be null.
    ///
    /// @throws IllegalArgumentException if it is neither null nor finite
    static @Nullable Double requireUnlessNull(String what, @Nullable Double number) {
        return number == null ? null : Double.valueOf(require(what, number));
    }
}
