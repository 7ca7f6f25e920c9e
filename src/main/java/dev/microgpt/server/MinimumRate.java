package dev.microgpt.server;

import java.time.Duration;

/// The minimum rate at which a client must send a request body.
///
/// @param grace time during which the rate is not checked
/// @param bytesPerSecond minimum average rate, from the beginning of the body
record MinimumRate(Duration grace, int bytesPerSecond) {

    /// Returns whether a body is too slow.
    ///
    /// @param bytes the number of bytes received so far
    /// @param nanos the time spent waiting for them, in nanoseconds
    boolean isTooSlow(long bytes, long nanos) {
        double minBytes = nanos / 1e9 * bytesPerSecond;
        return nanos > grace.toNanos() && bytes < minBytes;
    }
}
