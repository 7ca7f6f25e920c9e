package dev.microgpt.engine.tensor;

/// Thrown when a training step was not applied because one of its numbers is not finite.
public final class NotFiniteException extends Exception {

    private static final long serialVersionUID = 1;

    private final String quantity;
    private final double value;

    NotFiniteException(String quantity, double value) {
        super(quantity + " is " + value);
        this.quantity = quantity;
        this.value = value;
    }

    /// Returns which number is not finite, such as `the loss` or `a gradient`.
    public String quantity() {
        return quantity;
    }

    /// Returns the number: infinite or NaN.
    public double value() {
        return value;
    }
}
