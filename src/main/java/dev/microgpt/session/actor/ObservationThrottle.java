package dev.microgpt.session.actor;

/// Decides when a step is looked at closely for those who watch: as often as they can draw it, but so
/// that it takes a twentieth of the time at most. Confined to the session's actor.
final class ObservationThrottle {

    private static final long INTERVAL_NANOS = 1_000_000_000 / 60;
    private static final int PAUSE_PER_LOOK = 20;

    private long dueNanos;

    ObservationThrottle(long now) {
        dueNanos = now;
    }

    boolean isDue(long now) {
        return now - dueNanos >= 0;
    }

    /// A look has taken place, in the time of `System.nanoTime()`.
    void took(long start, long end) {
        dueNanos = end + Math.max(INTERVAL_NANOS, PAUSE_PER_LOOK * (end - start));
    }
}
