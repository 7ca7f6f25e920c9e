package dev.microgpt.live;

import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.share.ShareService;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Closes the live connections of shares that have expired or were withdrawn. Looks at all shares that have
/// connections every other second, on a thread of its own, as that may wait for the database. While the database is out
/// of reach, connections stay open.
@Component
final class SharedConnections implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SharedConnections.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final ShareService shares;

    /// What closes each connection, by its share. As many as there are connections, which are limited.
    private final Map<SharedSession, Set<Runnable>> closings = new ConcurrentHashMap<>();

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().name("shares").daemon().unstarted(task));

    private volatile boolean running;

    SharedConnections(ShareService shares) {
        this.shares = shares;
    }

    /// Closes a connection when the share of its caller ends; does nothing for callers without a share.
    ///
    /// @param close must not block
    void add(Caller caller, Runnable close) {
        if (caller.share() != null) {
            closings.compute(
                    caller.share(),
                    (_, known) -> {
                        Set<Runnable> all = known == null ? ConcurrentHashMap.newKeySet() : known;
                        all.add(close);
                        return all;
                    });
        }
    }

    /// Must be called once for each connection that was added, when it is closed.
    void remove(Caller caller, Runnable close) {
        if (caller.share() != null) {
            closings.computeIfPresent(
                    caller.share(),
                    (_, all) -> {
                        all.remove(close);
                        return all.isEmpty() ? null : all;
                    });
        }
    }

    /// Closes the connections of all shares that are no longer valid.
    void closeEnded() {
        closings.forEach(
                (share, all) -> {
                    if (hasEnded(share)) {
                        all.forEach(Runnable::run);
                    }
                });
    }

    private boolean hasEnded(SharedSession share) {
        try {
            return !shares.isValid(share);
        } catch (SessionException e) {
            log.debug("It is not known whether share {} is valid", share.shareId(), e);
            return false;
        }
    }

    private void closeEndedAndContinue() {
        try {
            closeEnded();
        } catch (RuntimeException e) { // which would end the schedule
            log.error("The connections of shares could not be checked", e);
        }
    }

    @Override
    public void start() {
        running = true;
        var _ =
                thread.scheduleWithFixedDelay(
                        this::closeEndedAndContinue,
                        INTERVAL.toMillis(),
                        INTERVAL.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        running = false;
        thread.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
