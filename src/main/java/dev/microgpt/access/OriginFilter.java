package dev.microgpt.access;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.WebUtils;

import java.io.IOException;
import java.util.Set;

/// Rejects requests by which pages of other origins could change something or open a live connection: a
/// browser sends them with whatever access its user has.
///
/// Spring's CORS filter is not enough: it applies only to paths with a CORS configuration, and without allowed
/// origins there are none. Spring Security's protection against CSRF keeps a token in a session or a cookie,
/// and this service has neither.
final class OriginFilter extends OncePerRequestFilter {

    private static final Set<String> SAFE_METHODS =
            Set.of(HttpMethod.GET.name(), HttpMethod.HEAD.name(), HttpMethod.OPTIONS.name());

    private final Set<String> allowed;
    private final ProblemWriter problems;

    OriginFilter(AccessSettings settings, ProblemWriter problems) {
        allowed = settings.allowedOrigins();
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean isSafe = SAFE_METHODS.contains(request.getMethod()) && !isHandshake(request);
        if (origin == null || isSafe || isAllowed(origin, request)) {
            chain.doFilter(request, response);
            return;
        }
        problems.write(
                response,
                Problem.of(
                        ErrorCode.FORBIDDEN_ORIGIN,
                        "pages of the origin %s may not make this call;".formatted(origin)
                                + " microgpt.security.allowed-origins can allow it",
                        "Origin",
                        origin));
    }

    private static boolean isHandshake(HttpServletRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
    }

    private boolean isAllowed(String origin, HttpServletRequest request) {
        if (allowed.contains(origin)) {
            return true;
        }
        try {
            return WebUtils.isSameOrigin(new ServletServerHttpRequest(request));
        } catch (IllegalArgumentException _) {
            return false; // the header is not a valid origin
        }
    }
}
