package dev.microgpt.cluster;

import org.jspecify.annotations.Nullable;

/// Thrown when the service cannot start as a node of a cluster. Carries what the operator can do about it.
final class ClusterException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String action;

    ClusterException(String message, String action, @Nullable Throwable cause) {
        super(message, cause);
        this.action = action;
    }

    /// Returns the instructions for the operator.
    String action() {
        return action;
    }
}
