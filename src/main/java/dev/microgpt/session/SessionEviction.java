package dev.microgpt.session;

import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Publisher;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// Evicts idle sessions, the least recently used first, when all sessions together exceed their memory
/// limit. At shutdown, stores every session.
@Component
final class SessionEviction implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SessionEviction.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration STOP_TIME = Duration.ofSeconds(2);

    /// A session that was used within this time is likely to be used again soon.
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(3);

    /// Timeout of evictions for which no call waits.
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// How many sessions are evicted at once. Each needs memory for a snapshot until it is written.
    private static final int MAX_AT_ONCE = 8;

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
            memory.onShortage(this::free);
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
            List<Session> inMemory =
                    sessions.all()
                            .filter(session -> session.actor().publisher().isInMemory())
                            .toList();
            failing.keySet().retainAll(inMemory);
            long excess = inMemory.stream().mapToLong(SessionEviction::bytes).sum() - maxBytes;
            long unusedSince = System.nanoTime() - RECENT_NANOS;
            List<Session> idle =
                    inMemory.stream().filter(session -> isIdleSince(session, unusedSince)).toList();
            var _ = evict(idle, excess, unusedSince, TIMEOUT_NANOS);
        }
    }

    /// Frees memory for a call: evicts idle sessions, also those that have just been used.
    ///
    /// @return whether there were any, or others will be idle when the calls that use them end
    private boolean free(long bytes, long timeoutNanos) {
        long now = System.nanoTime();
        List<Session> idle = new ArrayList<>();
        boolean isOneInUse = false;
        for (Session session : sessions.all().toList()) {
            Publisher.Use use = session.actor().publisher().use();
            isOneInUse |= use == Publisher.Use.CALL;
            if (use == Publisher.Use.IDLE) {
                idle.add(session);
            }
        }
        boolean isOneEvicted = evict(idle, bytes, now, timeoutNanos);
        return running && (isOneEvicted || isOneInUse);
    }

    private static long bytes(Session session) {
        return session.actor().publisher().bytes();
    }

    private static boolean isIdleSince(Session session, long unusedSince) {
        return session.actor().publisher().use() == Publisher.Use.IDLE
                && session.actor().publisher().usedAt() - unusedSince <= 0;
    }

    private record Candidate(Session session, long unusedNanos) {}

    /// Evicts idle sessions, the least recently used first, until some memory is free.
    ///
    /// @param bytes the memory to free
    /// @param unusedSince the sessions must not have been used since this time
    /// @param timeoutNanos how long to wait for the evictions, at most
    /// @return whether a session was evicted, or used again before it could be
    private boolean evict(List<Session> idle, long bytes, long unusedSince, long timeoutNanos) {
        long start = System.nanoTime();
        Deque<Session> waiting =
                idle.stream()
                        .map(
                                session ->
                                        new Candidate(
                                                session,
                                                start - session.actor().publisher().usedAt()))
                        .sorted(Comparator.comparingLong(Candidate::unusedNanos).reversed())
                        .map(Candidate::session)
                        .collect(Collectors.toCollection(ArrayDeque::new));
        long remaining = bytes;
        boolean isOneEvicted = false;
        while (running && remaining > 0 && !waiting.isEmpty()) {
            List<Eviction> evictions = begin(waiting, remaining, unusedSince);
            for (Eviction eviction : evictions) {
                long left = timeoutNanos - (System.nanoTime() - start);
                if (await(eviction, left, timeoutNanos)) {
                    isOneEvicted = true;
                    remaining -= eviction.bytes - bytes(eviction.session);
                }
            }
        }
        return isOneEvicted;
    }

    /// An eviction in progress.
    ///
    /// @param bytes the memory of the session before
    private record Eviction(Session session, long bytes, CompletableFuture<Boolean> reply) {}

    /// Begins to evict sessions at the same time, so that their snapshots are written together.
    ///
    /// @param waiting the sessions that may be evicted; those that are chosen are removed
    private List<Eviction> begin(Deque<Session> waiting, long bytes, long unusedSince) {
        List<Eviction> evictions = new ArrayList<>();
        long begun = 0;
        while (begun < bytes && evictions.size() < MAX_AT_ONCE && !waiting.isEmpty()) {
            Session session = waiting.remove();
            CallContext call =
                    CallContext.of(new Caller(session.id().owner(), false), memory.share());
            long before = bytes(session);
            try {
                var reply = session.actor().send(new Command.Evict(unusedSince), call);
                evictions.add(new Eviction(session, before, reply));
                begun += before;
            } catch (RuntimeException e) { // deleted, or too many calls
                warnOnce(session, e.getMessage());
            }
        }
        return evictions;
    }

    /// Waits for an eviction. A failure is only logged, so that it does not keep the others from being evicted.
    ///
    /// @param left how long to wait, of the timeout
    /// @return whether it has not failed
    private boolean await(Eviction eviction, long left, long timeoutNanos) {
        try {
            var _ = eviction.reply.get(left, TimeUnit.NANOSECONDS);
            failing.remove(eviction.session);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            warnOnce(eviction.session, e.getCause() == null ? null : e.getCause().getMessage());
        } catch (TimeoutException _) {
            eviction.reply.cancel(false);
            warnOnce(
                    eviction.session,
                    "it has not ended within %.1f s".formatted(timeoutNanos / 1e9));
        } catch (RuntimeException e) {
            warnOnce(eviction.session, e.getMessage());
        }
        return false;
    }

    private void warnOnce(Session session, @Nullable String message) {
        String reason = message == null ? "for no known reason" : message;
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
