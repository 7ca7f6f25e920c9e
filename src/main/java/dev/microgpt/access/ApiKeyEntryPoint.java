package dev.microgpt.access;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;

import java.io.IOException;

/// Answers calls that come without a key, or with a wrong one; both in the same way, so that nobody
/// learns which names there are.
final class ApiKeyEntryPoint implements AuthenticationEntryPoint {

    private static final String REALM = "realm=\"microgpt-server\"";

    private final ProblemWriter problems;

    ApiKeyEntryPoint(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    public void commence(
            HttpServletRequest request,
            HttpServletResponse response,
            AuthenticationException failure)
            throws IOException {
        response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer " + REALM);
        if (AccessConfiguration.isShownByBrowsers(request)) {
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic " + REALM);
        }
        problems.write(
                response,
                Problem.of(
                        ErrorCode.UNAUTHORIZED,
                        "this call needs an API key that the service knows, as Authorization: Bearer KEY"
                                + " or X-Api-Key: KEY"));
    }
}
