package dev.microgpt.session.admission;

import dev.microgpt.engine.InvalidInputException;

import org.jspecify.annotations.Nullable;

/// Thrown when the service rejects a call. The message is meant for the caller: it names the offending value
/// and the allowed range.
public final class SessionException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final ErrorCode code;
    private final @Nullable String field;
    private final transient @Nullable Object value;
    private final transient @Nullable Number min;
    private final transient @Nullable Number max;

    public SessionException(ErrorCode code, String message) {
        this(code, message, null, null);
    }

    /// @param field the field or query parameter at fault
    /// @param value the offending value; null if it is too long to repeat
    public SessionException(
            ErrorCode code, String message, @Nullable String field, @Nullable Object value) {
        this(code, message, field, value, null, null);
    }

    /// @param field the field or query parameter at fault
    /// @param value the offending value; null if it is too long to repeat
    public SessionException(
            ErrorCode code,
            String message,
            @Nullable String field,
            @Nullable Object value,
            @Nullable Number min,
            @Nullable Number max) {
        super(message);
        this.code = code;
        this.field = field;
        this.value = value;
        this.min = min;
        this.max = max;
    }

    /// Returns the exception for a call that the shutdown of the service has cut off.
    public static SessionException shuttingDown() {
        return new SessionException(ErrorCode.BUSY, "the service is shutting down");
    }

    /// Returns the exception for a call that would create a session that exists.
    ///
    /// @param advice what the caller can do
    public static SessionException exists(SessionId id, String advice) {
        return new SessionException(
                ErrorCode.EXISTS,
                "session '" + id.name() + "' exists; " + advice,
                "name",
                id.name());
    }

    /// Returns the exception for a call of a session that moves to another node.
    public static SessionException moving() {
        return new SessionException(
                ErrorCode.MOVING, "the session is moving to another node; try again in a moment");
    }

    /// Returns the exception for a call at a node that knows of no owners, as it sees too few nodes.
    public static SessionException noMajority() {
        return new SessionException(
                ErrorCode.MOVING,
                "this node sees fewer than the majority of the cluster's nodes, so no session has an owner; try"
                        + " again later, or at another node");
    }

    /// Converts an error of the engine.
    public SessionException(InvalidInputException cause) {
        super(cause.getMessage(), cause);
        code =
                switch (cause.reason()) {
                    case OUT_OF_RANGE -> ErrorCode.OUT_OF_RANGE;
                    case INVALID_TEXT -> ErrorCode.INVALID_TEXT;
                    case UNKNOWN_CHARACTER -> ErrorCode.UNKNOWN_CHARACTER;
                    case TOO_LARGE -> ErrorCode.TOO_LARGE;
                };
        field = cause.field();
        value = cause.value();
        min = cause.min();
        max = cause.max();
    }

    public ErrorCode code() {
        return code;
    }

    public @Nullable String field() {
        return field;
    }

    public @Nullable Object value() {
        return value;
    }

    public @Nullable Number min() {
        return min;
    }

    public @Nullable Number max() {
        return max;
    }
}
