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

/// Translates whatever goes wrong into a [Problem].
public final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    /// The problem that stands for a failure. What is our own fault is logged and not told.
    public static Problem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // Whoever was reading the body may have wrapped these in something.
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
                            "this call takes JSON: send it with Content-Type: application/json, not %s"
                                    .formatted(
                                            e.getContentType() == null
                                                    ? "without one"
                                                    : e.getContentType()));
            case HttpRequestMethodNotSupportedException e ->
                    Problem.of(
                            ErrorCode.METHOD_NOT_ALLOWED,
                            "%s is not possible here; possible: %s"
                                    .formatted(e.getMethod(), joined(e.getSupportedHttpMethods())));
            case NoResourceFoundException e ->
                    Problem.of(ErrorCode.NOT_FOUND, "there is no /" + e.getResourcePath());
            case TypeMismatchException e -> ofParameter(e);
            case HttpMessageNotWritableException e -> goneClient(e);
            case IOException e -> goneClient(e);
            case InvalidParameterException _ -> ofStatus(HttpStatus.BAD_REQUEST, null);
            case ErrorResponse e -> ofStatus(e.getStatusCode(), e.getBody().getDetail());
            default -> internal(failure);
        };
    }

    /// The problem that stands for an HTTP status.
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
                        ? "the path, the query or a header of the request is not well-formed"
                        : resolved == null
                                ? "status " + status.value()
                                : resolved.getReasonPhrase();
        return Problem.of(code, detail == null || detail.isBlank() ? fallback : detail)
                .withStatus(status);
    }

    private static Problem tooSlow(SocketTimeoutException e) {
        log.debug("A client is too slow", e);
        String reason = e.getMessage(); // none where nothing has come at all
        return Problem.of(
                ErrorCode.TOO_SLOW,
                reason == null || reason.isBlank() ? "the body has stopped coming" : reason);
    }

    /// Hardly anybody will read this: reading or writing fails when the client is gone, or too slow.
    private static Problem goneClient(Exception failure) {
        log.debug("A client has gone away", failure);
        return Problem.of(
                ErrorCode.INVALID_TEXT, "the body ended early, or its chunks are not well-formed");
    }

    private static Problem internal(Throwable failure) {
        log.error("A call failed", failure);
        return Problem.of(ErrorCode.INTERNAL, "the service failed; its log says why");
    }

    private static Problem ofBody(HttpMessageNotReadableException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException broken) {
                return goneClient(broken);
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
                        "there is no field '%s'; there are: %s"
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
            case InputCoercionException number -> ofLargeInteger(number, field);
            case MismatchedInputException more when isTrailing(more) ->
                    Problem.of(ErrorCode.MALFORMED_JSON, "something follows the end of the JSON");
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
            case StreamConstraintsException beyond ->
                    Problem.of(
                            ErrorCode.MALFORMED_JSON, withoutSetting(beyond.getOriginalMessage()));
            case StreamReadException syntax -> SyntaxErrors.problem(syntax);
            default -> Problem.of(ErrorCode.MALFORMED_JSON, e.getOriginalMessage());
        };
    }

    /// An integer that is larger than the type of its field; what the field itself allows may be less.
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

    /// Cuts off which of Jackson's methods has the limit.
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
            case "String" -> "a text";
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
