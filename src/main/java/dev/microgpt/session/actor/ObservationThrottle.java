package dev.microgpt.session.actor;

/// Decides when the full result of a step is computed for watchers: at most 60 times per second, as often as
/// they can draw it, and for at most a twentieth of the time. Confined to the actor's slices.
final class ObservationThrottle {

    private static final long INTERVAL_NANOS = 1_000_000_000 / 60;
    private static final int PAUSE_PER_OBSERVATION = 20;

    private long dueNanos;

    ObservationThrottle(long now) {
        dueNanos = now;
    }

    /// Returns whether the next observation is due.
    ///
    /// @param now the time of the ticker in nanoseconds
    boolean isDue(long now) {
        return now - dueNanos >= 0;
    }

    /// Records an observation and schedules the next one. Both times are those of the ticker in nanoseconds.
    void recordObservation(long start, long end) {
        dueNanos = end + Math.max(INTERVAL_NANOS, PAUSE_PER_OBSERVATION * (end - start));
    }
}
