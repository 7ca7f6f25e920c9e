package dev.microgpt.checkpoint;

/// Thrown when a file is not a valid checkpoint, or does not match what the caller supplied.
public final class InvalidCheckpointException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public InvalidCheckpointException(String message) {
        super(message);
    }

    public InvalidCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
