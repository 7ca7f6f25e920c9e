package dev.microgpt.session.actor;

import dev.microgpt.session.admission.OwnerQuota;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/// Commits what a command has changed in memory: persists it, publishes the new state and completes the
/// reply, in this order. If the write fails, rolls the session back to what is stored before the reply
/// fails.
///
/// At most one write is in flight. Until it ends, the actor does nothing else, and the thread that completes
/// the write owns the session's state.
final class CommitStage {

    private static final Logger log = LoggerFactory.getLogger(CommitStage.class);

    private final Environment environment;
    private final Residency residency;
    private final LongPredicate isUnusedSince;
    private final Runnable onGone;
    private final Consumer<Boolean> onHandedOver;
    private final Runnable onSettled;
    private volatile @Nullable Commit<?> pending;

    /// A write in flight, or one that has failed and is to be rolled back.
    private static final class Commit<R> {

        /// The command; null for the end of a run, for which nobody waits.
        final @Nullable Envelope<R> envelope;

        final @Nullable Result<R> result;
        volatile @Nullable Throwable failure;
        boolean isRollingBack;

        Commit(@Nullable Envelope<R> envelope, @Nullable Result<R> result) {
            this.envelope = envelope;
            this.result = result;
        }
    }

    /// @param isUnusedSince tests whether the session has not been used since a time
    /// @param onGone called when the session was deleted, or could not be stored at its creation
    /// @param onHandedOver called when the session has left this process, with whether it is stored as it was
    /// @param onSettled called when a write has ended, as the actor's demand may have changed
    CommitStage(
            Environment environment,
            Residency residency,
            LongPredicate isUnusedSince,
            Runnable onGone,
            Consumer<Boolean> onHandedOver,
            Runnable onSettled) {
        this.environment = environment;
        this.residency = residency;
        this.isUnusedSince = isUnusedSince;
        this.onGone = onGone;
        this.onHandedOver = onHandedOver;
        this.onSettled = onSettled;
    }

    /// Returns whether a write is in flight, or has failed and is not rolled back yet.
    boolean isPending() {
        return pending != null;
    }

    /// Returns whether a write has failed and must be rolled back.
    boolean hasFailed() {
        Commit<?> current = pending;
        return current != null && current.failure != null;
    }

    /// Commits the result of a command. Must be the last thing that a slice does.
    <R> void commit(Envelope<R> envelope, Result<R> result) {
        ActiveSession session = residency.active();
        Commit<R> commit = new Commit<>(envelope, result);
        try {
            if (result.effect() instanceof Result.Effect.None || isEvictionOfUsedSession(commit)) {
                residency.publish();
                CommandReplies.complete(envelope, result);
            } else {
                IdempotencyStore.Entry response =
                        CommandReplies.idempotencyEntry(envelope, result, session);
                write(commit, persist(result.effect(), session, quota(envelope), response));
            }
        } catch (RuntimeException e) { // for example if the response cannot be encoded
            fail(commit, e);
        }
    }

    /// Commits the changes at the end of a run, for which nobody waits. Must be the last thing that a slice
    /// does.
    void commitRunEnd(List<Change> changes, ActiveSession session) {
        write(new Commit<>(null, null), residency.journal().append(changes, session, null));
    }

    /// Returns whether the command is an eviction that must not happen, as the session is in use.
    private boolean isEvictionOfUsedSession(Commit<?> commit) {
        ActiveSession session = residency.active();
        return commit.envelope != null
                && commit.envelope.command() instanceof Command.Evict(long unusedSince)
                && (session == null
                        || !session.isIdle()
                        || residency.journal().hasBacklog()
                        || !isUnusedSince.test(unusedSince));
    }

    private @Nullable OwnerQuota quota(Envelope<?> envelope) {
        return envelope.context().caller().hasKey() ? environment.parameters().ofOwner() : null;
    }

    private CompletableFuture<Void> persist(
            Result.Effect effect,
            @Nullable ActiveSession session,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        if (effect instanceof Result.Effect.HandedOver(boolean isStored)) {
            return isStored && session != null && residency.stored() != null
                    ? residency.journal().writeSnapshot(session)
                    : CompletableFuture.completedFuture(null);
        }
        if (effect instanceof Result.Effect.Deleted || session == null) {
            Residency.Stored stored = residency.stored();
            return stored == null
                    ? CompletableFuture.completedFuture(null)
                    : environment.store().delete(residency.holding(), stored.epoch());
        }
        Journal journal = residency.journal();
        return switch (effect) {
            case Result.Effect.Appended(List<Change> changes) ->
                    journal.append(changes, session, response);
            case Result.Effect.Begun(Holding parent) ->
                    journal.begin(session, parent, quota, response);
            case Result.Effect.Continued _ -> journal.continueWith(session, quota, response);
            case Result.Effect.Evicted _ -> journal.writeSnapshot(session);
            case Result.Effect.None _, Result.Effect.Deleted _, Result.Effect.HandedOver _ ->
                    throw new IllegalStateException("there is nothing to store");
        };
    }

    private <R> void write(Commit<R> commit, CompletableFuture<Void> written) {
        pending = commit;
        var _ =
                written.whenComplete(
                        (_, failure) -> {
                            if (failure == null) {
                                succeed(commit);
                            } else {
                                fail(commit, failure);
                            }
                        });
    }

    private <R> void succeed(Commit<R> commit) {
        Result<R> result = commit.result;
        try {
            settle(commit);
        } catch (RuntimeException e) {
            log.error("A session cannot publish a state that it has stored", e);
        }
        pending = null;
        if (commit.envelope != null && result != null) {
            CommandReplies.complete(commit.envelope, result);
        }
        onSettled.run();
    }

    private <R> void settle(Commit<R> commit) {
        ActiveSession session = residency.active();
        Result.Effect stored =
                commit.result == null
                        ? new Result.Effect.Appended(List.of())
                        : commit.result.effect();
        if (stored instanceof Result.Effect.HandedOver(boolean isStored)) {
            onHandedOver.accept(isStored);
        } else if (stored instanceof Result.Effect.Deleted || session == null) {
            onGone.run();
        } else if (stored instanceof Result.Effect.Evicted) {
            // the write may have been of an older snapshot, and the session may be in use by now
            if (residency.journal().isSnapshotCurrent(session)
                    && !isEvictionOfUsedSession(commit)) {
                residency.markStored(session);
                residency.evict();
            }
        } else {
            residency.journal().markAppended();
            residency.markStored(session);
            residency.publish();
        }
    }

    private <R> void fail(Commit<R> commit, Throwable failure) {
        Envelope<R> envelope = commit.envelope;
        if (envelope == null || envelope.command().mayBeStoredLater()) { // in the journal's backlog
            log.warn("The new state of a run will be stored later: {}", failure.getMessage());
            residency.publish(); // schedules the next attempt
            pending = null;
            if (envelope != null && commit.result != null) {
                CommandReplies.complete(envelope, commit.result);
            }
        } else {
            commit.failure = failure;
            pending = commit;
        }
        onSettled.run();
    }

    /// Rolls the session back to what is stored, and then fails the reply. Called in each slice until
    /// [#isPending()] is false.
    void rollBack(Deadline deadline) {
        Commit<?> failed = pending;
        Envelope<?> envelope = failed == null ? null : failed.envelope;
        Throwable failure = failed == null ? null : failed.failure;
        if (failed == null || envelope == null || failure == null) {
            throw new IllegalStateException("there is no failed write to roll back");
        }
        if (residency.stored() == null) {
            onGone.run(); // the session was never stored
        } else if (envelope.command().changesMemory() && !restoreStored(failed, deadline)) {
            return;
        }
        pending = null;
        envelope.fail(failure);
    }

    /// Fails the reply without a rollback, as no slice will follow: drops the session from memory.
    void abandon() {
        Commit<?> failed = pending;
        Throwable failure = failed == null ? null : failed.failure;
        if (failed != null && failed.envelope != null && failure != null) {
            residency.unload();
            pending = null;
            failed.envelope.fail(failure);
        }
    }

    /// @return false if another slice is needed
    private boolean restoreStored(Commit<?> failed, Deadline deadline) {
        if (!failed.isRollingBack) {
            failed.isRollingBack = true;
            residency.unload();
        }
        try {
            if (!residency.rehydrate(deadline)) {
                return false;
            }
            residency.publish();
        } catch (RuntimeException e) {
            log.error("A session cannot be rolled back to what is stored", e);
            residency.evict();
        }
        return true;
    }
}
