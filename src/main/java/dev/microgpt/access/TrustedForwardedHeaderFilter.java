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

/// Applies the scheme, host, port and path prefix of `Forwarded` or `X-Forwarded-*` headers to requests from a
/// trusted proxy, and removes these headers from all other requests.
///
/// Spring's [ForwardedHeaderFilter], which does the actual work, trusts every client, and accepts any prefix
/// and any host.
final class TrustedForwardedHeaderFilter extends ForwardedHeaderFilter {

    private static final String PREFIX = "X-Forwarded-Prefix";

    /// A plain path. It is put in front of other paths, so `//elsewhere` would lead to another host.
    private static final Pattern PLAIN_PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[\\w.~-]+)*/?");

    private final ForwardedHeaderFilter remover = new ForwardedHeaderFilter();
    private final boolean isEnabled;
    private final AllowedHosts hosts;
    private final ProblemWriter problems;

    /// @param isEnabled whether trusted proxies are honoured; otherwise the headers are always removed
    TrustedForwardedHeaderFilter(boolean isEnabled, AllowedHosts hosts, ProblemWriter problems) {
        this.isEnabled = isEnabled;
        this.hosts = hosts;
        this.problems = problems;
        remover.setRemoveOnly(true);
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!isEnabled || !TrustedProxyValve.isTrusted(request)) {
            remover.doFilter(request, response, chain);
            return;
        }
        Problem problem = check(request);
        if (problem == null) {
            super.doFilterInternal(request, response, chain);
        } else {
            problems.write(response, problem);
        }
    }

    /// Returns what is wrong with the request, or null.
    private @Nullable Problem check(HttpServletRequest request) {
        String host = hostOf(request);
        if (host != null && !hosts.test(host)) {
            // A browser on the proxy's machine has a trusted address, too. A page with DNS
            // rebinding
            // can add any header to its requests, but cannot change their Host.
            return AllowedHosts.forbiddenHost(host);
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

    /// Returns the host name in the request's own `Host` header, without the port; null if there is none.
    private static @Nullable String hostOf(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.HOST);
        if (header == null) {
            return null; // HTTP/1.0
        }
        int colon = Host.parse(header); // Tomcat has already rejected malformed ones
        return colon < 0 ? header : header.substring(0, colon);
    }
}
