package dev.microgpt.wire;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.web.util.UriUtils;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/// The path of a request within this service. A proxy may have put a path of its own before it, which is
/// then the request's context path.
public final class RequestPath {

    private RequestPath() {}

    /// The path without the proxy's, such as `/api/v1/sessions`.
    public static String of(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }

    /// Where a client that sent this request finds a session. The name need not be a valid one: it is
    /// encoded here, and refused where sessions are made.
    public static URI ofSession(HttpServletRequest request, String name) {
        return URI.create(
                request.getContextPath()
                        + "/api/v1/sessions/"
                        + UriUtils.encodePathSegment(name, StandardCharsets.UTF_8));
    }
}
