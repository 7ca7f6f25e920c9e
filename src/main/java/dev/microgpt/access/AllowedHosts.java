package dev.microgpt.access;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;

import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The names under which the service may be called. A page from elsewhere whose name has been made to
/// point to this machine (DNS rebinding) is of the same origin as the service, for its browser; but the
/// browser sends that name along. An address needs no name, so it cannot be made to point elsewhere.
final class AllowedHosts implements Predicate<String> {

    private static final Pattern ADDRESS =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[?[0-9a-f:.]*:[0-9a-f:.%]*]?");
    private static final String LOCAL = "localhost";

    private final Set<String> allowed;

    /// @param allowed see [AccessSettings#allowedHosts()]
    AllowedHosts(Set<String> allowed) {
        this.allowed = allowed;
    }

    /// What is answered to a request for a name that is not allowed.
    static Problem refusal(String host) {
        return Problem.of(
                ErrorCode.FORBIDDEN_HOST,
                "there is no '%s' here; microgpt.security.allowed-hosts can allow it"
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
                || allowed.stream().anyMatch(end -> end.startsWith(".") && name.endsWith(end));
    }
}
