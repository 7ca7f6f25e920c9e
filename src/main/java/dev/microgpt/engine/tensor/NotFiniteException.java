package dev.microgpt.engine.tensor;

/// A training step that was not taken over, as a number of it is not finite.
public final class NotFiniteException extends Exception {

    private static final long serialVersionUID = 1;

    private final String what;
    private final double value;

    NotFiniteException(String what, double value) {
        super(what + " is " + value);
        this.what = what;
        this.value = value;
    }

    /// What the number is, such as `the loss` or `a gradient`.
    public String what() {
        return what;
    }

    /// The number: infinite or NaN.
    public double value() {
        return value;
    }
}
