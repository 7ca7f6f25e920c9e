package dev.microgpt.access;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;

import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The host names under which the service may be called: `localhost`, IP addresses, and configured names.
///
/// This protects against DNS rebinding: an attacker's page whose host name is made to resolve to this machine
/// has the same origin as the service for the browser, but the browser sends that name in `Host`. An IP
/// address needs no DNS, so it is safe. Neither Spring Security's firewall, which calls this predicate, nor
/// Tomcat restricts the host by default.
final class AllowedHosts implements Predicate<String> {

    private static final Pattern ADDRESS =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[?[0-9a-f:.]*:[0-9a-f:.%]*]?");
    private static final String LOCAL = "localhost";

    private final Set<String> allowed;

    /// @param allowed see [AccessSettings#allowedHosts()]
    AllowedHosts(Set<String> allowed) {
        this.allowed = allowed;
    }

    /// Returns the error for a request to a host that is not allowed.
    static Problem forbiddenHost(String host) {
        return Problem.of(
                ErrorCode.FORBIDDEN_HOST,
                "the host '%s' is not allowed; microgpt.security.allowed-hosts can allow it"
                        .formatted(host),
                "Host",
                host);
    }

    @Override
    public boolean test(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals(LOCAL)
                || name.endsWith("." + LOCAL)
                || ADDRESS.matcher(name).matches()
                || allowed.contains(name)
                || allowed.stream()
                        .anyMatch(suffix -> suffix.startsWith(".") && name.endsWith(suffix));
    }
}
