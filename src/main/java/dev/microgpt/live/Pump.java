package dev.microgpt.live;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Sends one client's messages: takes a turn when woken, and at the time that the previous turn has requested.
/// The turns of a pump never overlap.
public final class Pump {

    private static final Logger log = LoggerFactory.getLogger(Pump.class);
    private static final long MAX_DELAY_NANOS = TimeUnit.MINUTES.toNanos(1);

    /// The work that a pump repeats.
    public interface Turn {

        /// Sends at most one message, without waiting for the client.
        ///
        /// @return nanoseconds until the next turn, unless the pump is woken before
        long run();
    }

    private final LiveThreads threads;
    private final Turn turn;
    private final Runnable onFailure;

    /// How often the pump was woken since it was last idle.
    private final AtomicInteger wakes = new AtomicInteger();

    // confined to the turns
    private @Nullable Future<?> alarm;
    private long alarmNanos;
    private volatile boolean closed;

    /// @param onFailure called once if a turn fails; no turn follows
    public Pump(LiveThreads threads, Turn turn, Runnable onFailure) {
        this.threads = threads;
        this.turn = turn;
        this.onFailure = onFailure;
    }

    /// Requests a turn. Does not block.
    public void wake() {
        if (wakes.getAndIncrement() == 0) {
            threads.writers().execute(this::run);
        }
    }

    /// Prevents further turns.
    public void close() {
        closed = true;
        wake(); // so that the alarm is cancelled
    }

    private void run() {
        int wakesBefore = wakes.get();
        try {
            takeTurn();
        } catch (RuntimeException | Error e) {
            log.error("A live connection failed", e);
            closed = true;
            onFailure.run();
        }
        // Woken meanwhile: queues another turn, so that other pumps go first.
        if (!wakes.compareAndSet(wakesBefore, 0)) {
            threads.writers().execute(this::run);
        }
    }

    private void takeTurn() {
        if (!closed) {
            setAlarm(Math.min(turn.run(), MAX_DELAY_NANOS));
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
