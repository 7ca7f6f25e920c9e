package dev.microgpt.verification.cluster;

/// A violation was recorded, so that a session cannot be used any further.
final class Dropped extends RuntimeException {

    private static final long serialVersionUID = 1;

    Dropped(String message) {
        super(message);
    }
}
