package dev.microgpt.sweep;

import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.persistence.PendingWrite;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Advances the sweeps of this process on a thread of its own: whenever it is woken, and twice a second. It waits for
/// sessions and the store, never for training.
final class SweepDriver implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SweepDriver.class);

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final Duration STOP_TIME = Duration.ofSeconds(2);

    private final SweepStore store;
    private final TrialSessions sessions;
    private final Ticker ticker;
    private final Semaphore wakeUps;

    /// The sweeps that have not ended, by id. Bounded by the number of sweeps that may be stored.
    private final Map<Long, ActiveSweep> active = new ConcurrentHashMap<>();

    private volatile boolean running;
    private @Nullable Thread thread;

    /// @param wakeUps a permit wakes the thread
    SweepDriver(SweepStore store, TrialSessions sessions, Ticker ticker, Semaphore wakeUps) {
        this.store = store;
        this.sessions = sessions;
        this.ticker = ticker;
        this.wakeUps = wakeUps;
    }

    /// Starts the thread.
    ///
    /// @param continues whether the sweeps of an earlier process continue, or are paused
    void start(boolean continues) {
        addUnfinished();
        if (!continues) {
            active.values().forEach(sweep -> await(sweep.change(SweepState.PAUSED)));
        }
        running = true;
        thread = Thread.ofPlatform().name("sweeps").daemon().start(this::run);
    }

    private void run() {
        while (running) {
            try {
                round();
            } catch (RuntimeException | Error e) { // a full heap, for example, which may pass
                log.error("Sweeps cannot be advanced; it is tried again", e);
            }
            try {
                var _ = wakeUps.tryAcquire(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                return; // only close() interrupts
            }
            wakeUps.drainPermits();
        }
    }

    /// Advances all sweeps once.
    void round() {
        try {
            if (store.isShared()) {
                addUnfinished();
            }
        } catch (SessionException e) {
            log.debug("The store cannot be read", e);
        }
        active.values().forEach(this::advance);
    }

    /// Adds the sweeps that this process has taken over or others have created for it.
    private void addUnfinished() {
        store.unfinished(List.copyOf(active.keySet())).forEach(this::add);
    }

    /// Advances a sweep of this process from now on.
    ActiveSweep add(Sweep sweep) {
        return active.computeIfAbsent(sweep.id(), _ -> new ActiveSweep(store, sweep));
    }

    /// Returns a sweep that this process advances; null if there is none of that name.
    @Nullable ActiveSweep find(Caller owner, String name) {
        return active.values().stream()
                .filter(sweep -> !sweep.isClosed() && sweep.isPresent())
                .filter(sweep -> sweep.current().home().equals(Sweep.home(owner, name)))
                .findFirst()
                .orElse(null);
    }

    /// Makes the thread advance the sweeps now.
    void wake() {
        wakeUps.release();
    }

    private void advance(ActiveSweep sweep) {
        if (!sweep.isPresent()) { // another process advances it
            remove(sweep);
            return;
        }
        sweep.stepping().lock();
        try {
            if (!sweep.isClosed()) {
                step(sweep);
            }
        } catch (SessionException e) {
            block(sweep, e);
        } catch (RuntimeException e) {
            log.error(
                    "Sweep '{}' cannot be advanced; it is tried again", sweep.current().name(), e);
            sweep.block("the service failed; see its log", retryAt());
        } finally {
            sweep.stepping().unlock();
        }
    }

    private void step(ActiveSweep sweep) {
        boolean mayBegin = sweep.mayBegin(ticker.nanos());
        SweepStep step = new SweepStep(sweep::current, sessions, mayBegin, sweep.mayBeCutOff());
        await(sweep.note(step.run(), ticker.now()));
        SessionException obstacle = step.obstacle();
        if (obstacle != null) {
            block(sweep, obstacle);
        } else if (mayBegin) {
            sweep.unblock();
        }
        if (sweep.isDone()) {
            remove(sweep);
        }
    }

    private void remove(ActiveSweep sweep) {
        active.remove(sweep.current().id());
        sweep.current().statuses().forEach(sessions::forget);
    }

    private void block(ActiveSweep sweep, SessionException e) {
        sweep.block(String.valueOf(e.getMessage()), retryAt());
    }

    private long retryAt() {
        return ticker.nanos() + RETRY_INTERVAL.toNanos();
    }

    /// Deletes a sweep: cancels what runs of it, and may delete its sessions.
    ///
    /// @throws SessionException `busy` if it is being advanced for long, `storage_full` or `store_unavailable`; some
    ///     sessions may be deleted then
    void delete(ActiveSweep sweep, boolean withSessions) {
        lock(sweep);
        try {
            sweep.setClosed(true);
            try {
                Sweep last = sweep.current();
                for (Trial trial : last.plan().trials()) {
                    end(last, trial, withSessions);
                }
                await(sweep.delete());
            } catch (RuntimeException e) {
                sweep.setClosed(false);
                throw e;
            }
            remove(sweep);
        } finally {
            sweep.stepping().unlock();
        }
    }

    private void lock(ActiveSweep sweep) {
        try {
            if (!sweep.stepping().tryLock(PendingWrite.TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new SessionException(
                        ErrorCode.BUSY, "trials of the sweep are beginning; try again later");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw SessionException.shuttingDown();
        }
    }

    private void end(Sweep sweep, Trial trial, boolean withSession) {
        TrialStatus status = sweep.status(trial);
        if (status.state() == TrialState.WAITING) {
            status = sessions.findBegun(sweep, trial);
        }
        if (status == null || status.epoch() == null) {
            return;
        }
        if (withSession) {
            sessions.delete(sweep, trial, status);
        } else if (!status.state().isEnd()) {
            sessions.cancel(sweep, trial, status);
        }
    }

    /// Waits for a write.
    ///
    /// @throws SessionException if it fails, or does not end in time
    static void await(CompletableFuture<Void> write) {
        PendingWrite.await(write, "the sweep");
    }

    /// Stops the thread. Runs of trials are not affected.
    @Override
    public void close() {
        running = false;
        wake();
        Thread current = thread;
        if (current == null) {
            return;
        }
        try {
            if (!current.join(STOP_TIME)) {
                current.interrupt();
                if (!current.join(STOP_TIME)) {
                    log.warn("The thread of the sweeps has not ended within {}", STOP_TIME);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
