package dev.microgpt.session.run;

/// Measures events a second over the last second or so.
public final class RateMeter {

    private static final double WINDOW_NANOS = 1e9;

    private long windowStart;
    private long lastEvent;
    private long count;
    private double rate;
    private boolean hasFullWindow;

    public RateMeter(long nanoTime) {
        lastEvent = nanoTime - 2 * (long) WINDOW_NANOS;
    }

    /// Something goes on at this time; if it has rested for long, what was measured is forgotten.
    public void resume(long nanoTime) {
        if (nanoTime - lastEvent > WINDOW_NANOS) {
            windowStart = nanoTime;
            count = 0;
            rate = 0;
            hasFullWindow = false;
        }
        lastEvent = nanoTime;
    }

    public void add(long events, long nanoTime) {
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

    public double perSecond() {
        return rate;
    }
}
