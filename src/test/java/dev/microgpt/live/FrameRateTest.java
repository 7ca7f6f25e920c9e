package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

final class FrameRateTest {

    private static final int LIMIT = 2000;
    private static final long WANTED = TimeUnit.MILLISECONDS.toNanos(50); // 20 frames per second
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final FrameRate rate =
            new FrameRate(
                    new LiveSettings(
                            Duration.ofSeconds(15),
                            Duration.ofSeconds(60),
                            Duration.ofSeconds(20),
                            LIMIT));
    private long now = System.nanoTime();

    /// Sends frames to watchers, each at the times that the rate allows.
    ///
    /// @return frames per second, after some time to adapt
    private double run(int watchers, int seconds) {
        return run(watchers, 10, seconds);
    }

    /// @param secondsBefore not counted
    private double run(int watchers, int secondsBefore, int seconds) {
        PriorityQueue<Long> due = new PriorityQueue<>((a, b) -> Long.signum(a - b));
        for (int i = 0; i < watchers; i++) {
            due.add(now);
        }
        long start = now;
        long adapted = start + secondsBefore * SECOND;
        long end = adapted + seconds * SECOND;
        int frames = 0;
        while (due.peek() - end < 0) {
            now = due.remove();
            if (now - adapted >= 0) {
                frames++;
            }
            long interval = rate.intervalAfterFrame(WANTED, now);
            assertThat(interval % WANTED).isZero();
            due.add(now - Math.floorMod(now, interval) + interval);
        }
        return (double) frames / seconds;
    }

    @Test
    void fewWatchersGetTheRateThatTheyWant() {
        assertThat(run(90, 60)).isBetween(0.99 * 90 * 20, 1.01 * 90 * 20);
    }

    @ParameterizedTest
    @CsvSource({"150", "1000", "2000", "10000"})
    void manyWatchersShareTheLimit(int watchers) {
        assertThat(run(watchers, 100)).isBetween(0.45 * LIMIT, 1.05 * LIMIT);
    }

    @Test
    void adaptsQuicklyWhenManyWatchersComeAtOnce() {
        run(10, 10);
        assertThat(run(2000, 0, 1)).isLessThan(6 * 2 * LIMIT); // 40,000 wanted
        assertThat(run(2000, 1, 60)).isBetween(0.45 * LIMIT, 1.05 * LIMIT);
    }

    @Test
    void theRateRecoversWhenWatchersLeave() {
        run(5000, 10);
        assertThat(run(10, 60)).isBetween(0.99 * 10 * 20, 1.01 * 10 * 20);
    }
}
