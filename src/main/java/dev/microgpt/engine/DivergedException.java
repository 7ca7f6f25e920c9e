package dev.microgpt.engine;

/// Training has led to numbers that are not finite, most often because of too high a learning rate.
public final class DivergedException extends ArithmeticException {

    private static final long serialVersionUID = 1;

    DivergedException(String message) {
        super(message + ": training has diverged");
    }

    DivergedException(long step, double loss) {
        this("the loss of step %d is %s".formatted(step, loss));
    }
}
