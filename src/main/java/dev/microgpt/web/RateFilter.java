package dev.microgpt.web;

import dev.microgpt.quota.RateLimiter;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ForwardedCall;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;
import dev.microgpt.wire.RequestPath;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Enforces the rate limits: counts calls, reports to callers how many remain, and rejects calls beyond a
/// limit. The headers follow draft-ietf-httpapi-ratelimit-headers-10. A call that another node has forwarded was
/// counted there.
@Component
@Order(FilterOrder.RATE)
final class RateFilter extends OncePerRequestFilter {

    private static final String POLICY = "RateLimit-Policy";
    private static final String LIMIT = "RateLimit";

    private final RateLimiter limiter;
    private final ProblemWriter problems;

    RateFilter(RateLimiter limiter, ProblemWriter problems) {
        this.limiter = limiter;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !RequestPath.of(request).startsWith("/api/") || ForwardedCall.of(request) != null;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Caller caller = Caller.of(request.getUserPrincipal());
        List<RateLimiter.Verdict> verdicts = caller.countCall(limiter);
        response.setHeader(
                POLICY,
                verdicts.stream()
                        .map(
                                v ->
                                        "\""
                                                + v.policy()
                                                + "\";q="
                                                + v.quota()
                                                + ";w="
                                                + v.windowSeconds())
                        .collect(Collectors.joining(", ")));
        RateLimiter.Verdict tightest =
                verdicts.stream()
                        .min(Comparator.comparingLong(RateLimiter.Verdict::remaining))
                        .orElseThrow();
        response.setHeader(
                LIMIT,
                String.format(
                        Locale.ROOT, // ASCII digits
                        "\"%s\";r=%d;t=%d",
                        tightest.policy(),
                        tightest.remaining(),
                        tightest.isRefusal() ? tightest.retrySeconds() : tightest.windowSeconds()));
        if (!tightest.isRefusal()) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(tightest.retrySeconds()));
        problems.write(response, Problem.of(ErrorCode.RATE_LIMITED, tightest.reason()));
    }
}
