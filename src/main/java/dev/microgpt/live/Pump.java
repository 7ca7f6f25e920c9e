package dev.microgpt.live;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Lets one client's messages out: runs a step when woken, and when the time comes that the step before
/// has named. There is never more than one step at a time.
final class Pump {

    private static final Logger log = LoggerFactory.getLogger(Pump.class);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    /// What a pump repeats.
    interface Step {

        /// Sends at most one message, without waiting for the client.
        ///
        /// @return after how many nanoseconds to come again, if nobody wakes the pump before that
        long run();
    }

    private final LiveThreads threads;
    private final Step step;
    private final Runnable whenFailed;

    /// How often it was woken since it was last at rest.
    private final AtomicInteger wakes = new AtomicInteger();

    // of the step
    private @Nullable Future<?> alarm;
    private long alarmNanos;
    private volatile boolean closed;

    /// @param whenFailed called once if a step fails, which is then the last one
    Pump(LiveThreads threads, Step step, Runnable whenFailed) {
        this.threads = threads;
        this.step = step;
        this.whenFailed = whenFailed;
    }

    /// There may be something to do. Does not wait.
    void wake() {
        if (wakes.getAndIncrement() == 0) {
            threads.writers().execute(this::run);
        }
    }

    /// No step begins from now on.
    void close() {
        closed = true;
        wake(); // which gives the alarm back
    }

    private void run() {
        int seen = wakes.get();
        try {
            runStep();
        } catch (RuntimeException | Error e) {
            log.error("A live connection failed", e);
            closed = true;
            whenFailed.run();
        }
        // Others have their turn first.
        if (!wakes.compareAndSet(seen, 0)) {
            threads.writers().execute(this::run);
        }
    }

    private void runStep() {
        if (!closed) {
            setAlarm(Math.min(step.run(), LONGEST_NANOS));
        }
        if (closed && alarm != null) {
            alarm.cancel(false);
        }
    }

    private void setAlarm(long nanos) {
        long now = System.nanoTime();
        long time = now + nanos;
        if (alarm != null) {
            boolean isStillToCome = alarmNanos - now > 0;
            if (isStillToCome && alarmNanos - time <= 0) {
                return; // it comes earlier, which does no harm
            }
            alarm.cancel(false);
        }
        alarmNanos = time;
        alarm = threads.after(nanos, this::wake);
    }
}
