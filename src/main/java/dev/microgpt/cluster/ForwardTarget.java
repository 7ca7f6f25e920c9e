package dev.microgpt.cluster;

import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.wire.RequestPath;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which session a request is about.
final class ForwardTarget {

    private static final String SESSIONS = "/api/v1/sessions";
    private static final Pattern PATH = Pattern.compile(SESSIONS + "/([^/]+)(/.*)?");

    /// A sweep belongs to the owner of its sessions, whose names end with a number.
    private static final Pattern SWEEP = Pattern.compile("/api/v1/sweeps/([^/]+)(?:/.*)?");

    private static final String FIRST = "-001";

    /// Any node sends the events of any session: it watches them as for a WebSocket.
    private static final String EVENTS = "/events";

    /// A percent sign without two hexadecimal digits.
    private static final Pattern MALFORMED = Pattern.compile("%(?!\\p{XDigit}{2})");

    private ForwardTarget() {}

    /// Returns the session, or the first one of a sweep; null if the request is about none, or has a query that cannot be decoded or a name that
    /// cannot exist: any node rejects it.
    static @Nullable SessionId of(HttpServletRequest request) {
        String path = RequestPath.of(request);
        Matcher session = PATH.matcher(path);
        Matcher sweep = SWEEP.matcher(path);
        if (hasMalformedQuery(request)) {
            return null;
        } else if (sweep.matches()) {
            return id(request, decoded(sweep.group(1)) + FIRST);
        } else if (session.matches() && !EVENTS.equals(session.group(2))) {
            return id(request, decoded(session.group(1)));
        } else {
            return null;
        }
    }

    private static @Nullable SessionId id(HttpServletRequest request, String name) {
        SessionId session = Caller.of(request.getUserPrincipal()).sessionId(name);
        return session.isValid() ? session : null;
    }

    private static String decoded(String segment) {
        try {
            return UriUtils.decode(segment, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return ""; // malformed, which is not a name
        }
    }

    private static boolean hasMalformedQuery(HttpServletRequest request) {
        String query = request.getQueryString();
        return query != null && MALFORMED.matcher(query).find();
    }

    /// Returns whether a request is for the list of all sessions.
    static boolean isList(HttpServletRequest request) {
        String method = request.getMethod();
        return (method.equals("GET") || method.equals("HEAD"))
                && RequestPath.of(request).equals(SESSIONS)
                && !hasMalformedQuery(request);
    }
}
