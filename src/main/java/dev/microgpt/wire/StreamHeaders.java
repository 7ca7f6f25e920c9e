package dev.microgpt.wire;

import jakarta.servlet.http.HttpServletResponse;

/// The headers of a response that is sent while it is computed. They keep caches and proxies from holding parts back.
public final class StreamHeaders {

    /// The header that nginx obeys, with the value [#UNBUFFERED].
    public static final String BUFFERING = "X-Accel-Buffering";

    public static final String UNBUFFERED = "no";

    private StreamHeaders() {}

    /// Sets the headers.
    public static void set(HttpServletResponse response, String contentType) {
        response.setContentType(contentType);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader(BUFFERING, UNBUFFERED);
    }
}
