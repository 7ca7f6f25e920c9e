package dev.microgpt.web;

import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;

import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/// Responds to every failed REST call with a [Problem].
@RestControllerAdvice
final class ProblemAdvice {

    /// @return null if the response has already begun, in most cases because the client has disconnected
    @ExceptionHandler
    @Nullable ResponseEntity<Problem> handle(Throwable failure, HttpServletResponse response) {
        Problem problem = Problems.of(failure);
        if (response.isCommitted()) {
            return null;
        }
        HttpHeaders headers = new HttpHeaders();
        if (failure instanceof ErrorResponse error) {
            headers.addAll(error.getHeaders()); // such as Allow
        }
        problem.addTo(headers);
        return ResponseEntity.status(problem.status()).headers(headers).body(problem);
    }
}
