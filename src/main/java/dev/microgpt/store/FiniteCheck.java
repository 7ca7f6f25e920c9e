package dev.microgpt.store;

import org.jspecify.annotations.Nullable;

/// Refuses numbers that could be written but not be used when they are read again.
final class FiniteCheck {

    private FiniteCheck() {}

    /// @param what the number is, for the message
    /// @throws IllegalArgumentException if it is not finite
    static double require(String what, double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(
                    "%s is not finite and is not written: %s".formatted(what, number));
        }
        return number;
    }

    /// @throws IllegalArgumentException if one is not finite
    static void requireAll(String what, double[] numbers) {
        for (double number : numbers) {
            require(what, number);
        }
    }

    /// @throws IllegalArgumentException if there is a number that is not finite
    static @Nullable Double orNull(String what, @Nullable Double number) {
        return number == null ? null : Double.valueOf(require(what, number));
    }
}
