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

/// Keeps pages of other origins from changing anything here or listening in: a browser sends their
/// requests along with whatever access the user has.
final class OriginFilter extends OncePerRequestFilter {

    private static final Set<String> READING =
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
        boolean harmless = READING.contains(request.getMethod()) && !isHandshake(request);
        if (origin == null || harmless || isAllowed(origin, request)) {
            chain.doFilter(request, response);
            return;
        }
        problems.write(
                response,
                Problem.of(
                        ErrorCode.FORBIDDEN_ORIGIN,
                        "pages of %s may not call; microgpt.security.allowed-origins can allow it"
                                .formatted(origin),
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
            return false; // not even an origin
        }
    }
}
