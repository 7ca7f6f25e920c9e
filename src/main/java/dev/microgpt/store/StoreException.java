package dev.microgpt.store;

/// Why the service cannot start with its store, and what to do.
final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String action;

    StoreException(String message, String action) {
        super(message);
        this.action = action;
    }

    String action() {
        return action;
    }
}
