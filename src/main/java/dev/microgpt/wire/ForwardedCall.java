package dev.microgpt.wire;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;

/// A call that another node of the cluster has accepted and forwarded to this one. It has passed the rate limits
/// there, and must be executed here or be rejected.
///
/// @param owner the name of the caller that the other node has authenticated; null if calls need no key
public record ForwardedCall(@Nullable String owner) {

    /// Where other nodes open a WebSocket for the live stream, at the private port.
    public static final String LINK_PATH = "/cluster/link";

    private static final String ATTRIBUTE = ForwardedCall.class.getName();

    /// Returns what is known of a request that was forwarded; null for one that came from a client.
    public static @Nullable ForwardedCall of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof ForwardedCall call ? call : null;
    }

    /// Returns whether another node opens its WebSocket with a request.
    public static boolean isLink(HttpServletRequest request) {
        return of(request) != null && RequestPath.of(request).equals(LINK_PATH);
    }

    /// Marks a request as forwarded.
    public void addTo(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
