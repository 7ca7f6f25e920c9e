package dev.microgpt.web;

import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;

import io.swagger.v3.oas.annotations.Hidden;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import java.io.IOException;

/// Responds with a [Problem] to errors outside the controllers.
@RestController
@Hidden
final class ErrorPage implements ErrorController {

    @RequestMapping("/error")
    ResponseEntity<Problem> error(HttpServletRequest request) {
        Object failure = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        if (failure instanceof IOException e) { // the body could not be read
            return Problems.of(e).toResponse();
        }
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus resolved =
                status instanceof Integer code ? HttpStatus.resolve(code) : HttpStatus.NOT_FOUND;
        return Problems.ofStatus(
                        resolved == null ? HttpStatus.INTERNAL_SERVER_ERROR : resolved, null)
                .toResponse();
    }
}
