package dev.microgpt.access;

import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.web.access.AccessDeniedHandler;

import java.io.IOException;

/// Responds with 403 to calls that a share does not allow. Only shares are refused here: other callers may make all
/// calls once they are authenticated.
final class ShareRefusal implements AccessDeniedHandler {

    private final ProblemWriter problems;

    ShareRefusal(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    public void handle(
            HttpServletRequest request, HttpServletResponse response, AccessDeniedException failure)
            throws IOException {
        SharedSession share = Caller.of(request.getUserPrincipal()).share();
        if (share == null) {
            throw failure;
        }
        problems.write(response, Problem.of(share.notShared()));
    }
}
