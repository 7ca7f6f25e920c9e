package dev.microgpt.cluster;

import java.util.Locale;

/// How a forwarded call has ended.
enum Outcome {
    /// The response of the owner was passed on.
    ANSWERED,
    /// No owner could be reached in time.
    UNAVAILABLE,
    /// The connection to the owner was lost after the call had been sent.
    LOST,
    /// The client has disconnected.
    DISCONNECTED;

    /// Returns the value of the tag in the metrics.
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
