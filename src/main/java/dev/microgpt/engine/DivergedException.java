package dev.microgpt.engine;

/// Training has led to numbers that are not finite, most often because of too high a learning rate.
public final class DivergedException extends ArithmeticException {

    private static final long serialVersionUID = 1;

    DivergedException(String message) {
        super(message + ": training has diverged");
    }

    /// A training step that was not taken over.
    ///
    /// @param what is not finite
    /// @param step counted from 0
    static DivergedException of(String what, double value, long step) {
        return new DivergedException(what + " of step " + (step + 1) + " is " + value);
    }
}
