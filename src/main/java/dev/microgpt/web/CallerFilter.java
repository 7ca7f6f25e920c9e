package dev.microgpt.web;

import dev.microgpt.session.Caller;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

import java.io.IOException;

/// Makes each call on behalf of whoever has been recognised; where no keys are asked for, there is only
/// one owner.
@Component
@Order(FilterOrder.CALLER)
final class CallerFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Scope.run(
                Caller.CURRENT,
                Caller.of(request.getUserPrincipal()),
                () -> chain.doFilter(request, response));
    }
}
