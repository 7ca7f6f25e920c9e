package dev.microgpt.server;

import java.time.Duration;

/// How slowly a body may come.
///
/// @param grace how long it may take without being looked at
/// @param bytesPerSecond on average, after that
record MinimumRate(Duration grace, int bytesPerSecond) {

    boolean isTooSlow(long bytes, long nanos) {
        double due = nanos / 1e9 * bytesPerSecond;
        return nanos > grace.toNanos() && bytes < due;
    }
}
