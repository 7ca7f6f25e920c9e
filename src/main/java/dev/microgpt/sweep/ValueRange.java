package dev.microgpt.sweep;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.random.RandomGenerator;

/// From what a random search draws the values of an option.
public sealed interface ValueRange {

    /// Draws a value: a [Long], a [Double] or one of the given values.
    Object draw(RandomGenerator random);

    /// Some values, equally likely.
    record Values(List<Object> values) implements ValueRange {

        @Override
        public Object draw(RandomGenerator random) {
            return values.get(random.nextInt(values.size()));
        }
    }

    /// Integers of a range, both ends included.
    ///
    /// @param isLog whether logarithms are equally likely; then `min` is at least 1
    record Integers(long min, long max, boolean isLog) implements ValueRange {

        @Override
        public Object draw(RandomGenerator random) {
            if (!isLog) {
                return random.nextLong(min, max + 1);
            }
            double drawn = Math.floor(logUniform((double) min, max + 1.0, random));
            return Math.clamp((long) drawn, min, max);
        }
    }

    /// Numbers of a range, with four significant digits.
    ///
    /// @param isLog whether logarithms are equally likely; then `min` is above 0
    record Decimals(double min, double max, boolean isLog) implements ValueRange {

        private static final MathContext DIGITS = new MathContext(4);

        @Override
        public Object draw(RandomGenerator random) {
            double drawn =
                    isLog ? logUniform(min, max, random) : min + (max - min) * random.nextDouble();
            return Math.clamp(BigDecimal.valueOf(drawn).round(DIGITS).doubleValue(), min, max);
        }
    }

    private static double logUniform(double min, double max, RandomGenerator random) {
        return StrictMath.exp(
                StrictMath.log(min)
                        + (StrictMath.log(max) - StrictMath.log(min)) * random.nextDouble());
    }
}
