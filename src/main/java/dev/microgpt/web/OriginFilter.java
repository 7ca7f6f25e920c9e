package dev.microgpt.web;

import dev.microgpt.session.ErrorCode;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.WebUtils;

import java.io.IOException;
import java.util.Set;

/// Keeps pages of other origins from changing anything here or listening in: a browser sends their
/// requests along with whatever access the user has.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
final class OriginFilter extends OncePerRequestFilter {

    private static final Set<String> READING =
            Set.of(HttpMethod.GET.name(), HttpMethod.HEAD.name(), HttpMethod.OPTIONS.name());

    private final Origins origins;
    private final ProblemWriter problems;

    OriginFilter(Origins origins, ProblemWriter problems) {
        this.origins = origins;
        this.problems = problems;
    }

    /// Who may call besides pages of this server.
    ///
    /// @param allowedOrigins such as `https://course.example`
    @ConfigurationProperties("microgpt")
    record Origins(@DefaultValue Set<String> allowedOrigins) {}

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
                        "pages of %s may not call; microgpt.allowed-origins can allow it"
                                .formatted(origin),
                        "Origin",
                        origin));
    }

    private static boolean isHandshake(HttpServletRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
    }

    private boolean isAllowed(String origin, HttpServletRequest request) {
        if (origins.allowedOrigins().contains(origin)) {
            return true;
        }
        try {
            return WebUtils.isSameOrigin(new ServletServerHttpRequest(request));
        } catch (IllegalArgumentException _) {
            return false; // not even an origin
        }
    }
}
