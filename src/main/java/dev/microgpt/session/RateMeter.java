package dev.microgpt.session;

/// Measures events a second over the last second or so.
final class RateMeter {

    private static final double WINDOW_NANOS = 1e9;

    private long windowStart;
    private long lastEvent = System.nanoTime() - 2 * (long) WINDOW_NANOS;
    private long count;
    private double rate;
    private boolean hasFullWindow;

    /// Something goes on at this time; if it has rested for long, what was measured is forgotten.
    void resume(long nanoTime) {
        if (nanoTime - lastEvent > WINDOW_NANOS) {
            windowStart = nanoTime;
            count = 0;
            rate = 0;
            hasFullWindow = false;
        }
        lastEvent = nanoTime;
    }

    void add(long events, long nanoTime) {
        count += events;
        lastEvent = nanoTime;
        double elapsed = Math.max(1, nanoTime - windowStart);
        if (elapsed >= WINDOW_NANOS) {
            rate = count * 1e9 / elapsed;
            hasFullWindow = true;
            windowStart = nanoTime;
            count = 0;
        } else if (!hasFullWindow) {
            rate = count * 1e9 / elapsed;
        }
    }

    double perSecond() {
        return rate;
    }
}
