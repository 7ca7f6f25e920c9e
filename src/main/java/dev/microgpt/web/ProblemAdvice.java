package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.IntegerRanges;
import dev.microgpt.wire.MovedCall;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;

import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeTypeUtils;
import org.springframework.validation.FieldError;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Responds to every failed REST call with a [Problem]. Spring's own exceptions come with the status and the
/// headers, such as Allow, that [ResponseEntityExceptionHandler] knows; where its words would not help a client,
/// a method here finds better ones.
@RestControllerAdvice
final class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Set<Class<?>> INTEGERS =
            Set.of(int.class, Integer.class, long.class, Long.class, PastStep.class);
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");

    private final IntegerRanges ranges;

    ProblemAdvice(IntegerRanges ranges) {
        this.ranges = ranges;
    }

    @ExceptionHandler
    @Nullable ResponseEntity<Object> handleOther(Exception failure, WebRequest request) {
        return handleExceptionInternal(
                failure,
                Problems.of(failure),
                HttpHeaders.EMPTY,
                HttpStatus.INTERNAL_SERVER_ERROR,
                request);
    }

    /// Completes the response to any exception.
    ///
    /// @param body the problem; otherwise it is derived from the exception
    /// @return null if the response has already begun, in most cases because the client has disconnected
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception failure,
            @Nullable Object body,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        Problem problem = body instanceof Problem known ? known : problem(failure, status);
        if (isCommitted(request)) {
            return null;
        }
        if (problem.isOf(ErrorCode.MOVING) && request instanceof ServletWebRequest call) {
            MovedCall.report(call.getRequest());
        }
        HttpHeaders all = new HttpHeaders();
        all.addAll(headers);
        problem.addTo(all);
        return super.handleExceptionInternal(
                failure, problem, all, HttpStatusCode.valueOf(problem.getStatus()), request);
    }

    private static Problem problem(Exception failure, HttpStatusCode status) {
        return failure instanceof ErrorResponse error
                ? Problems.ofStatus(status, error.getBody().getDetail())
                : Problems.of(failure);
    }

    private static boolean isCommitted(WebRequest request) {
        HttpServletResponse response =
                request instanceof ServletWebRequest call ? call.getResponse() : null;
        return response != null && response.isCommitted();
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotSupported(
            HttpMediaTypeNotSupportedException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        String found = type == null ? "none" : "'%s'%s".formatted(type, reason(type));
        Problem problem =
                Problem.of(
                        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "the body must have Content-Type: %s, but has %s"
                                .formatted(MediaType.toString(e.getSupportedMediaTypes()), found),
                        HttpHeaders.CONTENT_TYPE,
                        type);
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    /// Returns why a media type is not valid, such as an unknown charset; nothing if it is valid.
    private static String reason(String type) {
        try {
            MimeTypeUtils.parseMimeType(type);
            return "";
        } catch (InvalidMimeTypeException e) {
            String message = String.valueOf(e.getMessage());
            return message.substring(message.lastIndexOf("\": ") + 1);
        }
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpRequestMethodNotSupported(
            HttpRequestMethodNotSupportedException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String[] allowed = e.getSupportedMethods();
        Problem problem =
                Problem.of(
                        ErrorCode.METHOD_NOT_ALLOWED,
                        "%s is not allowed here; allowed: %s"
                                .formatted(
                                        e.getMethod(),
                                        allowed == null
                                                ? ""
                                                : String.join(
                                                        ", ", new TreeSet<>(List.of(allowed)))));
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String path =
                request instanceof ServletWebRequest call
                        ? call.getRequest().getRequestURI()
                        : "/" + e.getResourcePath();
        Problem problem = Problem.of(ErrorCode.NOT_FOUND, "there is no resource " + path);
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String name = String.valueOf(e.getPropertyName());
        boolean isPathVariable =
                e instanceof MethodArgumentTypeMismatchException argument
                        && argument.getParameter().hasParameterAnnotation(PathVariable.class);
        Problem problem =
                isPathVariable && isInteger(e)
                        ? Problem.of(
                                ErrorCode.NOT_FOUND,
                                "there is nothing with the %s %s".formatted(name, e.getValue()),
                                name,
                                e.getValue())
                        : mismatch(name, e, Object.class);
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    /// The parameters of a query that are bound to a record.
    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        FieldError error = e.getFieldError();
        if (error == null || !error.contains(TypeMismatchException.class)) {
            return handleExceptionInternal(e, null, headers, status, request);
        }
        Problem problem =
                mismatch(
                        error.getField(),
                        error.unwrap(TypeMismatchException.class),
                        e.getParameter().getParameterType());
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    /// Returns the problem of a parameter that its type cannot represent.
    ///
    /// @param request the class that has the parameter
    private Problem mismatch(String name, TypeMismatchException e, Class<?> request) {
        Class<?> type = e.getRequiredType();
        String value = String.valueOf(e.getValue());
        return type != null && isInteger(e)
                ? Problems.of(ranges.outOfRange(request, name, type, value))
                : Problems.wrongType(name, type, e.getValue(), "'" + value + "'");
    }

    /// Returns whether the value is an integer, of whatever size, and an integer is required.
    private static boolean isInteger(TypeMismatchException e) {
        return e.getRequiredType() != null
                && INTEGERS.contains(e.getRequiredType())
                && e.getValue() instanceof String text
                && INTEGER.matcher(text).matches();
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return handleExceptionInternal(e, Problems.ofBody(e), headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotWritable(
            HttpMessageNotWritableException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return handleExceptionInternal(e, Problems.disconnected(e), headers, status, request);
    }
}
