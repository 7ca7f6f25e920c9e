package dev.microgpt.live;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Sends one client's messages: runs a step when woken, and at the time that the previous step has requested.
/// Steps never overlap.
final class Pump {

    private static final Logger log = LoggerFactory.getLogger(Pump.class);
    private static final long MAX_DELAY_NANOS = TimeUnit.MINUTES.toNanos(1);

    /// The work that a pump repeats.
    interface Step {

        /// Sends at most one message, without waiting for the client.
        ///
        /// @return nanoseconds until the next step, unless the pump is woken before
        long run();
    }

    private final LiveThreads threads;
    private final Step step;
    private final Runnable onFailure;

    /// How often the pump was woken since it was last idle.
    private final AtomicInteger wakes = new AtomicInteger();

    // confined to the step
    private @Nullable Future<?> alarm;
    private long alarmNanos;
    private volatile boolean closed;

    /// @param onFailure called once if a step fails; no step follows
    Pump(LiveThreads threads, Step step, Runnable onFailure) {
        this.threads = threads;
        this.step = step;
        this.onFailure = onFailure;
    }

    /// Requests a step. Does not block.
    void wake() {
        if (wakes.getAndIncrement() == 0) {
            threads.writers().execute(this::run);
        }
    }

    /// Prevents further steps.
    void close() {
        closed = true;
        wake(); // so that the alarm is cancelled
    }

    private void run() {
        int wakesBefore = wakes.get();
        try {
            runStep();
        } catch (RuntimeException | Error e) {
            log.error("A live connection failed", e);
            closed = true;
            onFailure.run();
        }
        // Woken meanwhile: queues another step, so that other pumps have their turn first.
        if (!wakes.compareAndSet(wakesBefore, 0)) {
            threads.writers().execute(this::run);
        }
    }

    private void runStep() {
        if (!closed) {
            setAlarm(Math.min(step.run(), MAX_DELAY_NANOS));
        }
        if (closed && alarm != null) {
            alarm.cancel(false);
        }
    }

    private void setAlarm(long nanos) {
        long now = System.nanoTime();
        long time = now + nanos;
        if (alarm != null) {
            boolean isPending = alarmNanos - now > 0;
            if (isPending && alarmNanos - time <= 0) {
                return; // an early wake-up does no harm
            }
            alarm.cancel(false);
        }
        alarmNanos = time;
        alarm = threads.after(nanos, this::wake);
    }
}
