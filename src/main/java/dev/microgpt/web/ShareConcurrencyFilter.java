package dev.microgpt.web;

import dev.microgpt.quota.QuotaSettings;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ForwardedCall;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Limits how many calls of a share are executed at a time, so that those who have its link cannot take the request
/// threads or queue much work for the compute threads. A live stream counts as a connection instead, once it is open.
@Component
@Order(FilterOrder.SHARE_CONCURRENCY)
final class ShareConcurrencyFilter extends OncePerRequestFilter {

    private static final String RETRY_SECONDS = "1";

    private final int maxCalls;
    private final ProblemWriter problems;
    private final Map<String, Integer> calls = new ConcurrentHashMap<>(); // of shares with calls

    ShareConcurrencyFilter(QuotaSettings quotas, ProblemWriter problems) {
        maxCalls = quotas.share().concurrentCalls();
        this.problems = problems;
    }

    /// A call that another node has forwarded was counted there.
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return Caller.of(request.getUserPrincipal()).share() == null
                || ForwardedCall.of(request) != null;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String share = Caller.of(request.getUserPrincipal()).name();
        int running = calls.merge(share, 1, Integer::sum);
        try {
            if (running <= maxCalls) {
                chain.doFilter(request, response);
                return;
            }
        } finally {
            calls.computeIfPresent(share, (_, count) -> count == 1 ? null : count - 1);
        }
        response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        problems.write(
                response,
                Problem.of(
                        ErrorCode.RATE_LIMITED,
                        "the share already has %d calls in progress, the maximum; try again in %s s"
                                .formatted(maxCalls, RETRY_SECONDS)));
    }
}
