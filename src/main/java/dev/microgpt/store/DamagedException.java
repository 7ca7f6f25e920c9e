package dev.microgpt.store;

/// What the store has is not what was written.
final class DamagedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DamagedException(String message) {
        super(message);
    }
}
