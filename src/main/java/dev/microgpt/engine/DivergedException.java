package dev.microgpt.engine;

/// Thrown when training has led to numbers that are not finite, most often because the learning rate is too
/// high.
public final class DivergedException extends ArithmeticException {

    private static final long serialVersionUID = 1;

    DivergedException(String message) {
        super(message + ": training has diverged");
    }

    private DivergedException(String message, DivergedException cause) {
        super(message);
        initCause(cause);
    }

    /// Returns the exception for a training step that was not applied.
    ///
    /// @param quantity the number that is not finite, such as `the loss`
    /// @param value the value of that number
    /// @param stepsBefore number of steps before the failed one
    static DivergedException of(String quantity, double value, long stepsBefore) {
        return new DivergedException(quantity + " of step " + (stepsBefore + 1) + " is " + value);
    }

    /// Returns the exception with a consequence added to its message.
    public DivergedException withConsequence(String consequence) {
        return new DivergedException(getMessage() + "; " + consequence, this);
    }
}
