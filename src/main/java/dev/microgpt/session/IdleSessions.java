package dev.microgpt.session;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Puts sessions away that nobody uses, the longest unused first, when all together take more memory
/// than they may; and all of them at the end.
@Component
final class IdleSessions implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(IdleSessions.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final Duration STOP_TIME = Duration.ofSeconds(5);

    /// A session that was used so recently may be used again any moment.
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final SessionService sessions;
    private final long maxBytes;
    private volatile boolean running;
    private Thread thread = new Thread(this::look);

    IdleSessions(SessionService sessions, Limits limits, Memory memory) {
        this.sessions = sessions;
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
            try {
                long inMemory = sessions.inMemory().stream().mapToLong(Session::bytes).sum();
                putAway(inMemory - maxBytes, RECENT_NANOS);
            } catch (RuntimeException e) {
                log.debug("No session is put away: {}", e.getMessage());
            }
        }
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
                        .map(session -> new Use(session, now - session.usedAt()))
                        .sorted(Comparator.comparingLong(Use::unusedNanos).reversed())
                        .toList();
        long left = bytes;
        for (Use use : uses) {
            if (!running || left <= 0 || use.unusedNanos < unusedNanos) {
                return;
            }
            long before = use.session.bytes();
            use.session.putAway(now - unusedNanos);
            left -= before - use.session.bytes();
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
