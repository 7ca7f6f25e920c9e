package dev.microgpt.engine;

/// Training has led to numbers that are not finite, most often because of too high a learning rate.
public final class DivergedException extends ArithmeticException {

    private static final long serialVersionUID = 1;

    DivergedException(String message) {
        super(message + ": training has diverged");
    }
}
