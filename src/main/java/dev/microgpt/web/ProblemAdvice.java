package dev.microgpt.web;

import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;

import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/// Answers every failed REST call with a [Problem].
@RestControllerAdvice
final class ProblemAdvice {

    @ExceptionHandler
    ResponseEntity<Problem> handle(Throwable failure) {
        Problem problem = Problems.of(failure);
        HttpHeaders headers = new HttpHeaders();
        if (failure instanceof ErrorResponse response) {
            headers.addAll(response.getHeaders()); // such as Allow
        }
        problem.addTo(headers);
        return ResponseEntity.status(problem.status()).headers(headers).body(problem);
    }
}
