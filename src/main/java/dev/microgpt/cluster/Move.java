package dev.microgpt.cluster;

import java.util.Locale;

/// How sessions come to a node or leave it.
enum Move {
    /// Stored and given up for another node.
    HANDED_OVER,
    /// Claimed by another node, for which this one was gone.
    LOST,
    /// Claimed after their node has given them up, or when they had none.
    TAKEN_OVER,
    /// Claimed from a node that is gone.
    RECOVERED;

    /// Returns the value of the tag in the metrics.
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
