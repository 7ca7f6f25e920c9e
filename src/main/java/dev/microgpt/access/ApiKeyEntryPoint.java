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

/// Responds with 401 to calls without a valid key. A missing and a wrong key get the same response, so that
/// it does not reveal which key names exist. So do all shares that are not valid.
///
/// Spring Security's own entry points offer a single scheme each and write no problem document; this one
/// offers `Bearer`, and `Basic` for the pages without a field for a key.
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
        if (AccessConfiguration.allowsBasicAuthentication(request)) {
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic " + REALM);
        }
        if (ShareConverter.token(request) != null) {
            problems.write(
                    response,
                    Problem.of(
                            ErrorCode.UNAUTHORIZED,
                            "the share is not valid: it has expired or was withdrawn, or the link is"
                                    + " incomplete"));
            return;
        }
        problems.write(
                response,
                Problem.of(
                        ErrorCode.UNAUTHORIZED,
                        "this call needs an API key; send a valid one as Authorization: Bearer KEY or"
                                + " X-Api-Key: KEY"));
    }
}
