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

/// Puts sessions away that nobody uses, the longest unused first, when all together take more memory than
/// they may; and saves all of them at the end.
@Component
final class SessionEviction implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SessionEviction.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final Duration STOP_TIME = Duration.ofSeconds(2);

    /// A session that was used so recently may be used again any moment.
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(3);

    /// Whoever needs the memory waits for it.
    private static final long EVICTION_SECONDS = 30;

    private final SessionService sessions;
    private final Memory memory;
    private final long maxBytes;

    /// Those that could not be put away, with the reason that was logged. Only sessions that there are.
    private final ConcurrentMap<Session, String> failing = new ConcurrentHashMap<>();

    private volatile boolean running;
    private Thread thread = new Thread(this::look);

    SessionEviction(SessionService sessions, Limits limits, Memory memory) {
        this.sessions = sessions;
        this.memory = memory;
        maxBytes = limits.sessionBytes();
        if (sessions.keepsSessions()) {
            memory.onShortage(bytes -> putAway(bytes, 0));
        }
    }

    @Override
    public void start() {
        running = true;
        if (sessions.keepsSessions()) {
            thread = Thread.ofPlatform().name("idle-sessions").daemon().start(this::look);
        }
    }

    private void look() {
        while (running) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            List<Session> inMemory = sessions.inMemory();
            failing.keySet().retainAll(inMemory);
            putAway(
                    inMemory.stream().mapToLong(SessionEviction::bytes).sum() - maxBytes,
                    RECENT_NANOS);
        }
    }

    private static long bytes(Session session) {
        return session.actor().published().bytes();
    }

    private record Use(Session session, long unusedNanos) {}

    /// @param bytes to get back
    /// @param unusedNanos how long a session must not have been used
    private void putAway(long bytes, long unusedNanos) {
        if (bytes <= 0) {
            return;
        }
        long now = System.nanoTime();
        List<Use> uses =
                sessions.inMemory().stream()
                        .map(session -> new Use(session, now - session.actor().usedAt()))
                        .sorted(Comparator.comparingLong(Use::unusedNanos).reversed())
                        .toList();
        long left = bytes;
        for (Use use : uses) {
            if (!running || left <= 0 || use.unusedNanos < unusedNanos) {
                return;
            }
            long before = bytes(use.session);
            putAway(use.session, now - unusedNanos);
            left -= before - bytes(use.session);
        }
    }

    /// One that cannot be put away is nobody else's fault, and holds up no other.
    private void putAway(Session session, long unusedSince) {
        CallContext call = CallContext.of(new Caller(session.id().owner(), false), memory.share());
        try {
            var _ =
                    session.actor()
                            .send(new Command.Evict(unusedSince), call)
                            .get(EVICTION_SECONDS, TimeUnit.SECONDS);
            failing.remove(session);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            tellOnce(session, e.getCause());
        } catch (TimeoutException | RuntimeException e) {
            tellOnce(session, e);
        }
    }

    private void tellOnce(Session session, @Nullable Throwable failure) {
        String reason = failure == null ? "" : String.valueOf(failure.getMessage());
        if (running && !reason.equals(failing.put(session, reason))) {
            log.warn("Session '{}' cannot be put away: {}", session.name(), reason);
        }
    }

    /// Right after computing has stopped.
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
        sessions.saveAll();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
