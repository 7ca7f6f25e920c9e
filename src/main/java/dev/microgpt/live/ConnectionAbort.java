package dev.microgpt.live;

import jakarta.servlet.ServletRequest;

/// Request attributes with which the server offers to abort the connection of a client that does not read. An
/// abort closes the connection at once, without a last message that a thread would have to wait for.
public final class ConnectionAbort {

    /// The attribute with a [Runnable] that aborts a request that has not been completed. It may run once.
    public static final String OF_REQUEST = ConnectionAbort.class.getName() + ".request";

    /// The attribute with a [Runnable] that aborts the connection, even after its upgrade to a WebSocket.
    public static final String OF_CONNECTION = ConnectionAbort.class.getName() + ".connection";

    private ConnectionAbort() {}

    /// Returns the action of a request attribute.
    ///
    /// @throws IllegalStateException if the server has not set the attribute
    public static Runnable of(ServletRequest request, String attribute) {
        if (request.getAttribute(attribute) instanceof Runnable abort) {
            return abort;
        }
        throw new IllegalStateException("the request has no attribute " + attribute);
    }
}
