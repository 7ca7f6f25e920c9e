package dev.microgpt.session.run;

/// Measures a rate of events per second over about the last second. Not thread-safe.
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

    /// Notes that events continue at a time. After a pause of more than a second, resets the measurement.
    public void resume(long nanoTime) {
        if (nanoTime - lastEvent > WINDOW_NANOS) {
            windowStart = nanoTime;
            count = 0;
            rate = 0;
            hasFullWindow = false;
        }
        lastEvent = nanoTime;
    }

    /// Adds some events that have happened by a time.
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

    /// Returns the rate in events per second.
    public double perSecond() {
        return rate;
    }
}
