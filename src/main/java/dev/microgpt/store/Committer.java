package dev.microgpt.store;

import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.Holding;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Commits actions, each once. If the connection is lost during a transaction, finds out whether it was
/// committed, and repeats it if it was not.
///
/// Confined to the writer's thread, except for [#isUnavailable()].
final class Committer {

    private static final Logger log = LoggerFactory.getLogger(Committer.class);

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

    /// How long the database may be out of reach before that is reported. Connections of the pool may be broken
    /// although new ones are possible.
    private static final Duration GRACE = Duration.ofSeconds(1);

    /// How long the database may be out of reach before callers should stop waiting for their writes.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Transactions transactions;
    private final WriteErrors errors;
    private final Consumer<SessionException> onUnavailable;
    private final BooleanSupplier mustGiveUp;
    private final Timer timer;

    /// When the current transaction failed first; null if it has not.
    private volatile @Nullable Long failingSinceNanos;

    /// @param onUnavailable called with the reason while the database is out of reach
    /// @param mustGiveUp whether no time is left to find out the outcome of a transaction
    Committer(
            Transactions transactions,
            WriteErrors errors,
            Consumer<SessionException> onUnavailable,
            BooleanSupplier mustGiveUp,
            MeterRegistry metrics) {
        this.transactions = transactions;
        this.errors = errors;
        this.onUnavailable = onUnavailable;
        this.mustGiveUp = mustGiveUp;
        timer =
                Timer.builder("microgpt.store.commit")
                        .description("Duration of a transaction, which commits a batch of changes")
                        .serviceLevelObjectives(
                                Duration.ofMillis(1),
                                Duration.ofMillis(3),
                                Duration.ofMillis(10),
                                Duration.ofMillis(30),
                                Duration.ofMillis(100),
                                Duration.ofSeconds(1))
                        .register(metrics);
    }

    /// Returns whether the database has been out of reach for so long that nobody should wait for a write.
    boolean isUnavailable() {
        return isFailingFor(PATIENCE);
    }

    private boolean isFailingFor(Duration time) {
        Long since = failingSinceNanos;
        return since != null && System.nanoTime() - since > time.toNanos();
    }

    /// Runs an action in a transaction and commits it. While the database is out of reach, waits for it.
    ///
    /// @param sessions the sessions that the action writes
    /// @throws RuntimeException if nothing of the action is stored; or, if there is no more time to find out
    ///     whether it is, an error that is [transient][WriteErrors#isTransient]
    void commit(Set<Holding> sessions, Runnable action) {
        boolean isRepeated = false;
        try {
            while (true) {
                try {
                    if (isRepeated && transactions.wasCommitted()) {
                        return;
                    }
                    isRepeated = true;
                    timer.record(() -> transactions.run(sessions, action));
                    return;
                } catch (RuntimeException e) {
                    if (!errors.isTransient(e)) {
                        throw e;
                    }
                    waitAfter(e);
                }
            }
        } finally {
            failingSinceNanos = null;
        }
    }

    /// Waits before another attempt.
    ///
    /// @param failure of the last one; thrown if no time is left to wait
    private void waitAfter(RuntimeException failure) {
        if (failingSinceNanos == null) {
            log.warn("A transaction has failed: {}", failure.getMessage());
            failingSinceNanos = System.nanoTime();
        }
        if (isFailingFor(GRACE)) {
            onUnavailable.accept(errors.toSessionException(failure));
        }
        if (mustGiveUp.getAsBoolean()) {
            throw failure;
        }
        try {
            Thread.sleep(RETRY_INTERVAL);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }
}
