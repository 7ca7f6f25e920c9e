package dev.microgpt.wire;

import dev.microgpt.checkpoint.InvalidCheckpointException;
import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;

import tools.jackson.core.JacksonException;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Collection;
import java.util.concurrent.CompletionException;

/// Translates exceptions into [Problem]s, except those of Spring MVC, which only occur in REST calls and are
/// translated there.
public final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    /// The request attribute with what a client is told whose body stops arriving. Code that reads without blocking
    /// needs it, as it gets the container's exception, which has no message.
    public static final String STOPPED_BODY = Problems.class.getName() + ".stoppedBody";

    private Problems() {}

    /// Returns the problem for a failure. Internal errors are logged, and their details are not disclosed.
    public static Problem of(Throwable failure) {
        Problem known = ofCause(failure);
        if (known != null) {
            return known;
        }
        return switch (failure) {
            case CompletionException e when e.getCause() != null -> of(e.getCause());
            case DivergedException e ->
                    Problem.of(ErrorCode.WRONG_STATE, String.valueOf(e.getMessage()));
            case InvalidCheckpointException e ->
                    Problem.of(ErrorCode.INVALID_CHECKPOINT, String.valueOf(e.getMessage()));
            case JacksonException e -> JsonProblems.of(e);
            case IOException e -> disconnected(e);
            case InvalidParameterException _ -> ofStatus(HttpStatus.BAD_REQUEST, null);
            default -> internal(failure);
        };
    }

    /// Returns the problem for a body that cannot be read.
    ///
    /// @param failure an exception that wraps the reason
    public static Problem ofBody(Exception failure) {
        Problem known = ofCause(failure);
        if (known != null) {
            return known;
        }
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return disconnected(io);
            }
        }
        return failure.getCause() instanceof JacksonException json
                ? JsonProblems.of(json)
                : Problem.of(ErrorCode.MALFORMED_JSON, "the body could not be read");
    }

    /// Finds an exception with a problem of its own, which the code that reads the body may have wrapped.
    private static @Nullable Problem ofCause(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException e) {
                return tooSlow(e);
            }
            if (cause instanceof SessionException e) {
                return Problem.of(e);
            }
            if (cause instanceof InvalidInputException e) {
                return Problem.of(new SessionException(e));
            }
        }
        return null;
    }

    /// Returns the problem for an HTTP status.
    public static Problem ofStatus(HttpStatusCode status, @Nullable String detail) {
        HttpStatus resolved = HttpStatus.resolve(status.value());
        ErrorCode code =
                switch (resolved) {
                    case NOT_FOUND -> ErrorCode.NOT_FOUND;
                    case METHOD_NOT_ALLOWED -> ErrorCode.METHOD_NOT_ALLOWED;
                    case NOT_ACCEPTABLE -> ErrorCode.NOT_ACCEPTABLE;
                    case CONTENT_TOO_LARGE, REQUEST_HEADER_FIELDS_TOO_LARGE -> ErrorCode.TOO_LARGE;
                    case REQUEST_TIMEOUT -> ErrorCode.TOO_SLOW;
                    case UNSUPPORTED_MEDIA_TYPE -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
                    case EXPECTATION_FAILED -> ErrorCode.EXPECTATION_FAILED;
                    case NOT_IMPLEMENTED, HTTP_VERSION_NOT_SUPPORTED -> ErrorCode.NOT_IMPLEMENTED;
                    case null, default ->
                            status.is5xxServerError() ? ErrorCode.INTERNAL : ErrorCode.INVALID_NAME;
                };
        return Problem.of(
                code, status, detail == null || detail.isBlank() ? detail(status, code) : detail);
    }

    /// Returns what is known of an error by its status alone.
    private static String detail(HttpStatusCode status, ErrorCode code) {
        return switch (HttpStatus.resolve(status.value())) {
            case EXPECTATION_FAILED -> "the service meets no expectation but 100-continue";
            case NOT_IMPLEMENTED ->
                    "the service does not implement this method or transfer encoding";
            case HTTP_VERSION_NOT_SUPPORTED -> "the service supports HTTP/1.1 and HTTP/1.0";
            case HttpStatus other when code != ErrorCode.INVALID_NAME -> other.getReasonPhrase();
            case null, default ->
                    code == ErrorCode.INVALID_NAME
                            ? "the path, the query or a header of the request is malformed"
                            : "status " + status.value();
        };
    }

    private static Problem tooSlow(SocketTimeoutException e) {
        log.debug("A client sends its body too slowly", e);
        String reason = e.getMessage(); // null if nothing was received
        return Problem.of(
                ErrorCode.TOO_SLOW,
                reason == null || reason.isBlank() ? "the body has stopped arriving" : reason);
    }

    /// Returns the problem for a body that cannot be read or written, as the client has disconnected or is too
    /// slow. Few clients will ever see it.
    public static Problem disconnected(Exception failure) {
        log.debug("A client has disconnected", failure);
        return Problem.of(
                ErrorCode.INVALID_TEXT, "the body ended early, or its chunks are malformed");
    }

    private static Problem internal(Throwable failure) {
        log.error("A call failed", failure);
        return Problem.of(ErrorCode.INTERNAL, "the service failed; see its log");
    }

    /// Returns the problem for a value that is not of the type of its field or parameter.
    ///
    /// @param shown the value as it appears in the detail
    public static Problem wrongType(
            String field, @Nullable Class<?> type, @Nullable Object value, String shown) {
        return Problem.of(
                ErrorCode.WRONG_TYPE,
                "%s must be %s, but is %s".formatted(field, describe(type), shown),
                field,
                value);
    }

    static String describe(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        return switch (type.getSimpleName()) {
            case "Integer", "int", "Long", "long" -> "an integer";
            case "PastStep" -> "an integer or 'best'";
            case "Double", "double" -> "a number";
            case "Boolean", "boolean" -> "true or false";
            case "String" -> "a string";
            default ->
                    type.isArray() || Collection.class.isAssignableFrom(type)
                            ? "a list"
                            : "an object";
        };
    }
}
