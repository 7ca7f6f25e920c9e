package dev.microgpt.web;

import dev.microgpt.wire.RequestPath;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

import java.io.IOException;
import java.util.stream.Stream;

/// Treats a path with a trailing slash like the path without it. Pages are redirected, as they load resources
/// relative to their path; API calls are not, as few clients follow a redirect with a body. Spring's
/// `UrlHandlerFilter` does not handle paths to which a proxy has added a prefix.
@Component
@Order(FilterOrder.TRAILING_SLASH)
final class TrailingSlashFilter extends OncePerRequestFilter {

    private static final String[] CALLS = {"/api/", "/actuator/", "/v3/"};
    private static final String[] PAGES = {"/s/", "/compare/", "/sweeps/", "/swagger-ui.html/"};

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !RequestPath.of(request).endsWith("/");
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String path = RequestPath.of(request);
        if (Stream.of(CALLS).anyMatch(path::startsWith)) {
            chain.doFilter(new WithoutSlash(request), response);
        } else if (Stream.of(PAGES).anyMatch(path::startsWith)) {
            String query = request.getQueryString();
            response.setStatus(HttpStatus.PERMANENT_REDIRECT.value());
            response.setHeader(
                    HttpHeaders.LOCATION,
                    withoutSlash(request.getRequestURI()) + (query == null ? "" : "?" + query));
        } else {
            chain.doFilter(request, response);
        }
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static final class WithoutSlash extends HttpServletRequestWrapper {

        WithoutSlash(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getRequestURI() {
            return withoutSlash(super.getRequestURI());
        }

        @Override
        public StringBuffer getRequestURL() {
            return new StringBuffer(withoutSlash(super.getRequestURL().toString()));
        }

        @Override
        public String getServletPath() {
            return withoutSlash(super.getServletPath());
        }

        @Override
        public @Nullable String getPathInfo() {
            String info = super.getPathInfo();
            return info == null ? null : withoutSlash(info);
        }
    }
}
