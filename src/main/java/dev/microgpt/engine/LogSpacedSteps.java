package dev.microgpt.engine;

/// Steps that become ever rarer: those whose binary digits after the first few are 0.
public final class LogSpacedSteps {

    private LogSpacedSteps() {}

    /// Returns whether a step is one of them.
    ///
    /// @param step not negative
    /// @param significantBits number b of the digits that may be other than 0: all steps up to 2^b are among them, and
    ///     2^(b - 1) for every doubling after that
    public static boolean contains(long step, int significantBits) {
        int length = Long.SIZE - Long.numberOfLeadingZeros(step);
        return step == 0 || Long.numberOfTrailingZeros(step) >= length - significantBits;
    }
}
