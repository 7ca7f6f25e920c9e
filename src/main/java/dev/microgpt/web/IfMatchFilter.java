package dev.microgpt.web;

import dev.microgpt.session.CallTerms;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/// Calls with `If-Match` change a session only while it is as the caller knows it.
@Component
@Order(FilterOrder.IF_MATCH)
final class IfMatchFilter extends OncePerRequestFilter {

    private static final String ANY = "*";

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Set<String> versions = versions(request.getHeader(HttpHeaders.IF_MATCH));
        if (versions == null) {
            chain.doFilter(request, response);
        } else {
            Scope.run(
                    CallTerms.CURRENT,
                    new CallTerms(versions, null),
                    () -> chain.doFilter(request, response));
        }
    }

    /// @return null for any
    private static @Nullable Set<String> versions(@Nullable String header) {
        if (header == null || header.strip().equals(ANY)) {
            return null;
        }
        return Arrays.stream(header.split(",", -1))
                .map(tag -> tag.strip().replaceAll("^\"|\"$", ""))
                .collect(Collectors.toUnmodifiableSet());
    }
}
