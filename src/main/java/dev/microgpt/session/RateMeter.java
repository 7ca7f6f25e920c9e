package dev.microgpt.session;

/// Measures events a second over the last second or so.
final class RateMeter {

    private static final double WINDOW_NANOS = 1e9;

    private long windowStart;
    private long count;
    private double rate;
    private boolean hasFullWindow;

    /// Forgets what was measured: something starts at this time.
    void start(long nanoTime) {
        windowStart = nanoTime;
        count = 0;
        rate = 0;
        hasFullWindow = false;
    }

    void add(long events, long nanoTime) {
        count += events;
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
