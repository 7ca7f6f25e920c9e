package dev.microgpt.checkpoint;

/// A file that is not a checkpoint, or not one that fits.
public final class InvalidCheckpointException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public InvalidCheckpointException(String message) {
        super(message);
    }

    public InvalidCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
