package dev.microgpt.live;

import org.springframework.stereotype.Component;

import java.util.concurrent.TimeUnit;

/// Limits the frames per second that all watchers receive together. The larger the audience, the longer the
/// interval between the frames of each watcher, and the more steps a frame covers. So a large audience slows down
/// its frames more than training.
///
/// The limit may be exceeded for a moment, until the rate of a new audience is known. Frames of watchers that
/// catch up do not count.
///
/// Intervals grow by powers of two, so that watchers stay due at the same times and share frames. Thread-safe.
@Component
final class FrameRate {

    /// Watchers are due at the same times, so shorter windows would see bursts and pauses.
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int MAX_FACTOR = 1 << 10;

    private final int framesPerSecond;
    private long windowStart = System.nanoTime();
    private long frames;
    private int factor = 1;

    FrameRate(LiveSettings settings) {
        framesPerSecond = settings.maxFramesPerSecond();
    }

    /// Counts a frame of a watcher and returns the interval until its next one.
    ///
    /// @param wanted the interval that the watcher wants, in nanoseconds
    /// @param now in the time of `System.nanoTime()`
    /// @return nanoseconds
    synchronized long intervalAfterFrame(long wanted, long now) {
        long elapsed = now - windowStart;
        if (elapsed >= WINDOW_NANOS) {
            double demand = frames * 1e9 / elapsed * factor;
            factor = 1;
            while (factor < MAX_FACTOR && demand > (double) factor * framesPerSecond) {
                factor *= 2;
            }
            startWindow(now);
        } else if (frames >= tooManyFrames(wanted) && factor < MAX_FACTOR) {
            factor *= 2; // many watchers have come at once
            startWindow(now);
        }
        frames++;
        return wanted * factor;
    }

    private void startWindow(long now) {
        windowStart = now;
        frames = 0;
    }

    /// Returns twice the number of frames that fit into a window, or into an interval if that is longer.
    private double tooManyFrames(long wanted) {
        return 2.0 * framesPerSecond * Math.max(WINDOW_NANOS, wanted * factor) / 1e9;
    }
}
