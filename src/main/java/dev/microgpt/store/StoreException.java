package dev.microgpt.store;

/// Thrown when the service cannot start with its store. Carries what the operator can do about it.
final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String action;

    StoreException(String message, String action) {
        super(message);
        this.action = action;
    }

    /// Returns the instructions for the operator.
    String action() {
        return action;
    }
}
