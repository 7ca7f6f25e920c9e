package dev.microgpt.engine;

/// Accumulates the L2 norm of a sequence of numbers without overflow of their squares. Numbers whose squares
/// underflow to 0, those below 1e-162, count as 0.
///
/// Source: J. L. Blue, "A Portable Fortran Program to Find the Euclidean Norm of a Vector" (1978).
final class L2Norm {

    /// Sums of squares of numbers below this do not overflow, however many there are.
    private static final double HUGE = 0x1p480;

    /// Sums of squares of any numbers times this do not overflow either.
    private static final double SCALE = 0x1p-540;

    private double squares; // of numbers below HUGE
    private double hugeSquares; // of all others, times SCALE^2

    void add(double x) {
        if (Math.abs(x) < HUGE) {
            squares += x * x;
        } else {
            hugeSquares += (x * SCALE) * (x * SCALE);
        }
    }

    double value() {
        return hugeSquares == 0 ? Math.sqrt(squares) : scaledValue() / SCALE;
    }

    private double scaledValue() {
        return Math.sqrt(hugeSquares + squares * SCALE * SCALE);
    }

    /// Returns this norm divided by another, at most `Double.MAX_VALUE`; 0 if the other norm is 0.
    double relativeTo(L2Norm other) {
        if (other.squares == 0 && other.hugeSquares == 0) {
            return 0;
        }
        boolean isInRange = value() <= Double.MAX_VALUE && other.value() <= Double.MAX_VALUE;
        double ratio = isInRange ? value() / other.value() : scaledValue() / other.scaledValue();
        return Math.min(ratio, Double.MAX_VALUE);
    }
}
