package dev.microgpt.live;

import jakarta.servlet.ServletRequest;

/// How to end the connection of a client that takes nothing: at once and without a word, for which a thread
/// would have to wait for the client once more. The server offers both ways with each request.
public final class ConnectionAbort {

    /// The attribute with a [Runnable] for a request that has not been completed. To be run once.
    public static final String OF_REQUEST = ConnectionAbort.class.getName() + ".request";

    /// The attribute with a [Runnable] for the connection itself, also once it is a WebSocket.
    public static final String OF_CONNECTION = ConnectionAbort.class.getName() + ".connection";

    private ConnectionAbort() {}

    /// @throws IllegalStateException if the server has not offered it
    static Runnable of(ServletRequest request, String attribute) {
        if (request.getAttribute(attribute) instanceof Runnable hangUp) {
            return hangUp;
        }
        throw new IllegalStateException("the request does not tell how to hang up");
    }
}
