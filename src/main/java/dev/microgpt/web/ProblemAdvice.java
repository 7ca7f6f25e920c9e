package dev.microgpt.web;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;

import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;

import java.util.List;
import java.util.TreeSet;

/// Responds to every failed REST call with a [Problem]. Spring's own exceptions come with the status and the
/// headers, such as Allow, that [ResponseEntityExceptionHandler] knows; where its words would not help a client,
/// a method here finds better ones.
@RestControllerAdvice
final class ProblemAdvice extends ResponseEntityExceptionHandler {

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
        Object type = e.getContentType() == null ? "none" : e.getContentType();
        Problem problem =
                Problem.of(
                        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "the body must be JSON with Content-Type: application/json, but has "
                                + type);
        return handleExceptionInternal(e, problem, headers, status, request);
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
        Problem problem =
                Problem.of(ErrorCode.NOT_FOUND, "there is no resource /" + e.getResourcePath());
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        Problem problem =
                Problems.wrongType(
                        String.valueOf(e.getPropertyName()),
                        e.getRequiredType(),
                        e.getValue(),
                        "'" + e.getValue() + "'");
        return handleExceptionInternal(e, problem, headers, status, request);
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
