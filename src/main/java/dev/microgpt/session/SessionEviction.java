package dev.microgpt.session;

import dev.microgpt.session.actor.Command;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/// Evicts idle sessions, the least recently used first, when all sessions together exceed their memory
/// limit. At shutdown, stores every session.
@Component
final class SessionEviction implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SessionEviction.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration STOP_TIME = Duration.ofSeconds(2);

    /// A session that was used within this time is likely to be used again soon.
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(3);

    /// Timeout of one eviction; a caller that needs the memory waits for it.
    private static final long TIMEOUT_SECONDS = 30;

    private final SessionService sessions;
    private final Memory memory;
    private final long maxBytes;

    /// The sessions that could not be evicted, each with the reason that was logged. Holds only sessions
    /// that are in memory.
    private final ConcurrentMap<Session, String> failing = new ConcurrentHashMap<>();

    private volatile boolean running;
    private Thread thread = new Thread(this::evictPeriodically);

    SessionEviction(SessionService sessions, Limits limits, Memory memory) {
        this.sessions = sessions;
        this.memory = memory;
        maxBytes = limits.sessionBytes();
        if (sessions.isPersistent()) {
            memory.onShortage(bytes -> evict(bytes, 0));
        }
    }

    @Override
    public void start() {
        running = true;
        if (sessions.isPersistent()) {
            thread = Thread.ofPlatform().name("eviction").daemon().start(this::evictPeriodically);
        }
    }

    private void evictPeriodically() {
        while (running) {
            LockSupport.parkNanos(INTERVAL.toNanos());
            List<Session> inMemory = sessions.inMemory();
            failing.keySet().retainAll(inMemory);
            evict(
                    inMemory.stream().mapToLong(SessionEviction::bytes).sum() - maxBytes,
                    RECENT_NANOS);
        }
    }

    private static long bytes(Session session) {
        return session.actor().publisher().bytes();
    }

    private record Use(Session session, long unusedNanos) {}

    /// Evicts idle sessions until some memory is free.
    ///
    /// @param bytes the memory to free
    /// @param unusedNanos how long a session must have been unused
    private void evict(long bytes, long unusedNanos) {
        if (bytes <= 0) {
            return;
        }
        long now = System.nanoTime();
        List<Use> uses =
                sessions.inMemory().stream()
                        .map(session -> new Use(session, now - session.actor().usedAt()))
                        .sorted(Comparator.comparingLong(Use::unusedNanos).reversed())
                        .toList();
        long remaining = bytes;
        for (Use use : uses) {
            if (!running || remaining <= 0 || use.unusedNanos < unusedNanos) {
                return;
            }
            long before = bytes(use.session);
            evict(use.session, now - unusedNanos);
            remaining -= before - bytes(use.session);
        }
    }

    /// Evicts one session. A failure is only logged, so that it does not keep the others from being evicted.
    private void evict(Session session, long unusedSince) {
        CallContext call = CallContext.of(new Caller(session.id().owner(), false), memory.share());
        try {
            var _ =
                    session.actor()
                            .send(new Command.Evict(unusedSince), call)
                            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            failing.remove(session);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            warnOnce(session, e.getCause());
        } catch (TimeoutException | RuntimeException e) {
            warnOnce(session, e);
        }
    }

    private void warnOnce(Session session, @Nullable Throwable failure) {
        String reason = failure == null ? "" : String.valueOf(failure.getMessage());
        if (running && !reason.equals(failing.put(session, reason))) {
            log.warn("Session '{}' cannot be evicted: {}", session.name(), reason);
        }
    }

    /// Stops right after the compute threads.
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1;
    }

    @Override
    public void stop() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(STOP_TIME);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        sessions.storeAll();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
