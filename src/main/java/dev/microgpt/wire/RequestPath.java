package dev.microgpt.wire;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.web.util.UriUtils;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Handles the path of a request within this service. If a proxy has added a prefix, it is the request's
/// context path.
public final class RequestPath {

    private RequestPath() {}

    /// Returns the path without the prefix of the proxy, such as `/api/v1/sessions`.
    public static String of(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }

    /// Returns the path under which the client that sent this request finds a session. The name need not be
    /// valid: it is encoded here, and rejected when the session is created.
    public static URI ofSession(HttpServletRequest request, String name) {
        return of(request, "sessions", name);
    }

    /// Returns the path under which the client that sent this request finds a sweep.
    public static URI ofSweep(HttpServletRequest request, String name) {
        return of(request, "sweeps", name);
    }

    private static URI of(HttpServletRequest request, String collection, String name) {
        return URI.create(
                request.getContextPath()
                        + "/api/v1/"
                        + collection
                        + "/"
                        + UriUtils.encodePathSegment(name, StandardCharsets.UTF_8));
    }
}
