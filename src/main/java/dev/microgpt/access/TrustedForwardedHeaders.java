package dev.microgpt.access;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.apache.tomcat.util.http.parser.Host;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.ForwardedHeaderFilter;

import java.io.IOException;
import java.util.Collections;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Takes scheme, host, port and path prefix from `Forwarded` or `X-Forwarded-*` where a trusted proxy says
/// so, and hides these headers from everything else where not.
final class TrustedForwardedHeaders extends ForwardedHeaderFilter {

    private static final String PREFIX = "X-Forwarded-Prefix";

    /// A plain path: it is put before others, so `//elsewhere` would lead away from here.
    private static final Pattern PLAIN_PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[\\w.~-]+)*/?");

    private final ForwardedHeaderFilter removal = new ForwardedHeaderFilter();
    private final boolean isOn;
    private final AllowedHosts hosts;
    private final ProblemWriter problems;

    /// @param isOn whether anybody is believed
    TrustedForwardedHeaders(boolean isOn, AllowedHosts hosts, ProblemWriter problems) {
        this.isOn = isOn;
        this.hosts = hosts;
        this.problems = problems;
        removal.setRemoveOnly(true);
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!isOn || !TrustedProxyValve.isTrusted(request)) {
            removal.doFilter(request, response, chain);
            return;
        }
        Problem refusal = refusal(request);
        if (refusal == null) {
            super.doFilterInternal(request, response, chain);
        } else {
            problems.write(response, refusal);
        }
    }

    private @Nullable Problem refusal(HttpServletRequest request) {
        String host = hostOf(request);
        if (host != null && !hosts.test(host)) {
            // A browser beside a proxy comes from a trusted address as well. A page whose name has
            // been
            // made to point here may add any header to its calls, but cannot change their Host.
            return AllowedHosts.refusal(host);
        }
        String prefix =
                Collections.list(request.getHeaders(PREFIX)).stream()
                        .flatMap(value -> Stream.of(value.split(",", -1)))
                        .map(String::strip)
                        .filter(value -> !PLAIN_PATH.matcher(value).matches())
                        .findFirst()
                        .orElse(null);
        return prefix == null
                ? null
                : Problem.of(
                        ErrorCode.INVALID_NAME,
                        PREFIX + " must be a path such as /microgpt, but is '" + prefix + "'",
                        PREFIX,
                        prefix);
    }

    /// The name that the request itself is for.
    private static @Nullable String hostOf(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.HOST);
        if (header == null) {
            return null; // HTTP/1.0
        }
        int colon = Host.parse(header); // Tomcat has refused what is malformed
        return colon < 0 ? header : header.substring(0, colon);
    }
}
