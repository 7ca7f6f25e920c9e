package dev.microgpt.engine;

/// The L2 norm of numbers that come one by one, also where their squares overflow. Numbers whose squares
/// vanish, those below 1e-162, count as 0.
///
/// Source: J. L. Blue, "A Portable Fortran Program to Find the Euclidean Norm of a Vector" (1978).
final class L2Norm {

    /// Sums of squares of smaller numbers do not overflow, however many there are.
    private static final double HUGE = 0x1p480;

    /// Nor do those of any numbers times this.
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

    /// This norm divided by another one, or the largest number if that is more; 0 where the other is 0.
    double relativeTo(L2Norm other) {
        if (other.squares == 0 && other.hugeSquares == 0) {
            return 0;
        }
        boolean isInRange = value() <= Double.MAX_VALUE && other.value() <= Double.MAX_VALUE;
        double ratio = isInRange ? value() / other.value() : scaledValue() / other.scaledValue();
        return Math.min(ratio, Double.MAX_VALUE);
    }
}
