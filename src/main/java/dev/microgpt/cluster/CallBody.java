package dev.microgpt.cluster;

import org.eclipse.jetty.client.Request;
import org.jspecify.annotations.Nullable;

/// The body of a call that is forwarded.
sealed interface CallBody permits SmallBody, StreamedBody {

    /// Adds the body to a request to another node.
    void addTo(Request request);

    /// Returns whether another request may still be sent with the whole body.
    boolean isRepeatable();

    /// Returns why the client's body could not be read; null if it was not the client's fault.
    @Nullable Throwable failure();

    /// Stops reading, because there is a response. The container discards the rest of the body.
    void close();
}
