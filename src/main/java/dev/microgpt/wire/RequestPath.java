package dev.microgpt.wire;

import jakarta.servlet.http.HttpServletRequest;

import java.net.URI;

/// The path of a request within this service. A proxy may have put a path of its own before it, which is
/// then the request's context path.
public final class RequestPath {

    private RequestPath() {}

    /// The path without the proxy's, such as `/api/v1/sessions`.
    public static String of(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }

    /// Where a client that sent this request finds a path of this service.
    public static URI location(HttpServletRequest request, String path) {
        return URI.create(request.getContextPath() + path);
    }
}
