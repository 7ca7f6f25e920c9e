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
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Translates exceptions into [Problem]s.
public final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    /// Returns the problem for a failure. Internal errors are logged, and their details are not disclosed.
    public static Problem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // code that reads the body may have wrapped these exceptions
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
        return switch (failure) {
            case DivergedException e ->
                    Problem.of(ErrorCode.WRONG_STATE, String.valueOf(e.getMessage()));
            case InvalidCheckpointException e ->
                    Problem.of(ErrorCode.INVALID_CHECKPOINT, String.valueOf(e.getMessage()));
            case JacksonException e -> ofJson(e);
            case HttpMessageNotReadableException e -> ofBody(e);
            case HttpMediaTypeNotSupportedException e ->
                    Problem.of(
                            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                            "the body must be JSON with Content-Type: application/json, but has %s"
                                    .formatted(
                                            e.getContentType() == null
                                                    ? "none"
                                                    : e.getContentType()));
            case HttpRequestMethodNotSupportedException e ->
                    Problem.of(
                            ErrorCode.METHOD_NOT_ALLOWED,
                            "%s is not allowed here; allowed: %s"
                                    .formatted(e.getMethod(), joined(e.getSupportedHttpMethods())));
            case NoResourceFoundException e ->
                    Problem.of(ErrorCode.NOT_FOUND, "there is no resource /" + e.getResourcePath());
            case TypeMismatchException e -> ofParameter(e);
            case HttpMessageNotWritableException e -> disconnected(e);
            case IOException e -> disconnected(e);
            case InvalidParameterException _ -> ofStatus(HttpStatus.BAD_REQUEST, null);
            case ErrorResponse e -> ofStatus(e.getStatusCode(), e.getBody().getDetail());
            default -> internal(failure);
        };
    }

    /// Returns the problem for an HTTP status.
    public static Problem ofStatus(HttpStatusCode status, @Nullable String detail) {
        HttpStatus resolved = HttpStatus.resolve(status.value());
        ErrorCode code =
                switch (resolved) {
                    case NOT_FOUND -> ErrorCode.NOT_FOUND;
                    case METHOD_NOT_ALLOWED -> ErrorCode.METHOD_NOT_ALLOWED;
                    case NOT_ACCEPTABLE -> ErrorCode.NOT_ACCEPTABLE;
                    case CONTENT_TOO_LARGE -> ErrorCode.TOO_LARGE;
                    case REQUEST_TIMEOUT -> ErrorCode.TOO_SLOW;
                    case UNSUPPORTED_MEDIA_TYPE -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
                    case HTTP_VERSION_NOT_SUPPORTED -> ErrorCode.INVALID_NAME;
                    case null, default ->
                            status.is5xxServerError() ? ErrorCode.INTERNAL : ErrorCode.INVALID_NAME;
                };
        String fallback =
                code == ErrorCode.INVALID_NAME
                        ? "the path, the query or a header of the request is malformed"
                        : resolved == null
                                ? "status " + status.value()
                                : resolved.getReasonPhrase();
        return Problem.of(code, detail == null || detail.isBlank() ? fallback : detail)
                .withStatus(status);
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
    private static Problem disconnected(Exception failure) {
        log.debug("A client has disconnected", failure);
        return Problem.of(
                ErrorCode.INVALID_TEXT, "the body ended early, or its chunks are malformed");
    }

    private static Problem internal(Throwable failure) {
        log.error("A call failed", failure);
        return Problem.of(ErrorCode.INTERNAL, "the service failed; see its log");
    }

    private static Problem ofBody(HttpMessageNotReadableException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return disconnected(io);
            }
        }
        if (e.getCause() instanceof JacksonException json) {
            return ofJson(json);
        }
        return Problem.of(ErrorCode.MALFORMED_JSON, "the body could not be read");
    }

    private static Problem ofJson(JacksonException e) {
        String field = path(e);
        return switch (e) {
            case UnrecognizedPropertyException unknown -> {
                Collection<Object> known = unknown.getKnownPropertyIds();
                yield Problem.of(
                        ErrorCode.UNKNOWN_FIELD,
                        "there is no field '%s'; the known fields are: %s"
                                .formatted(field, joined(known == null ? List.of() : known)),
                        field,
                        null);
            }
            case InvalidTypeIdException type ->
                    Problem.of(
                            ErrorCode.OUT_OF_RANGE,
                            type.getTypeId() == null
                                    ? "the message has no type"
                                    : "there is no message of type '%s'"
                                            .formatted(type.getTypeId()),
                            "type",
                            type.getTypeId());
            case InputCoercionException tooLarge -> ofLargeInteger(tooLarge, field);
            case MismatchedInputException trailing when isTrailing(trailing) ->
                    Problem.of(
                            ErrorCode.MALFORMED_JSON,
                            "the body continues after the end of the JSON value");
            case InvalidFormatException wrong ->
                    Problem.of(
                            ErrorCode.WRONG_TYPE,
                            "%s must be %s, but is %s"
                                    .formatted(
                                            field,
                                            describe(wrong.getTargetType()),
                                            wrong.getValue()),
                            field,
                            wrong.getValue());
            case MismatchedInputException wrong ->
                    Problem.of(
                            ErrorCode.WRONG_TYPE,
                            "%s must be %s".formatted(field, describe(wrong.getTargetType())),
                            field,
                            null);
            case StreamConstraintsException tooLarge ->
                    Problem.of(
                            ErrorCode.MALFORMED_JSON,
                            withoutSetting(tooLarge.getOriginalMessage()));
            case StreamReadException syntax -> SyntaxErrors.problem(syntax);
            default -> Problem.of(ErrorCode.MALFORMED_JSON, e.getOriginalMessage());
        };
    }

    /// Returns the problem for an integer outside the range of its type. The field itself may allow less.
    private static Problem ofLargeInteger(InputCoercionException e, String field) {
        boolean isLong = e.getTargetType() == Long.class || e.getTargetType() == long.class;
        long min = isLong ? Long.MIN_VALUE : Integer.MIN_VALUE;
        long max = isLong ? Long.MAX_VALUE : Integer.MAX_VALUE;
        return Problem.of(
                new SessionException(
                        InvalidInputException.outOfRange(
                                field,
                                null,
                                min,
                                max,
                                String.format(
                                        Locale.ROOT,
                                        "%s must be from %d to %d",
                                        field,
                                        min,
                                        max))));
    }

    private static boolean isTrailing(MismatchedInputException e) {
        return e.getOriginalMessage().startsWith("Trailing token");
    }

    /// Removes the name of the Jackson setting from a message.
    private static String withoutSetting(String message) {
        return message.replaceAll(", from `[^`]*`", "");
    }

    private static String path(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference part : e.getPath()) {
            if (part.getPropertyName() == null) {
                path.append('[').append(part.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(part.getPropertyName());
            }
        }
        return path.isEmpty() ? "the body" : path.toString();
    }

    private static Problem ofParameter(TypeMismatchException e) {
        String field = String.valueOf(e.getPropertyName());
        Object value = e.getValue();
        return Problem.of(
                ErrorCode.WRONG_TYPE,
                "%s must be %s, but is '%s'".formatted(field, describe(e.getRequiredType()), value),
                field,
                value);
    }

    private static String describe(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        return switch (type.getSimpleName()) {
            case "Integer", "int", "Long", "long" -> "an integer";
            case "Double", "double" -> "a number";
            case "Boolean", "boolean" -> "true or false";
            case "String" -> "a string";
            default ->
                    type.isArray() || Collection.class.isAssignableFrom(type)
                            ? "a list"
                            : "an object";
        };
    }

    private static String joined(@Nullable Collection<?> items) {
        return items == null
                ? ""
                : items.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }
}
