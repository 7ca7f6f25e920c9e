package dev.microgpt.session.actor;

import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/// The second half of a command's way: what it changed is stored, shown and answered, in this order; or
/// memory goes back to what is stored.
///
/// One write is on its way at a time. Until it ends, the actor does nothing else, and the thread that
/// completes it owns the session's state.
final class Commits {

    private static final Logger log = LoggerFactory.getLogger(Commits.class);

    private final Environment environment;
    private final Residency residency;
    private final LongPredicate mayLeave;
    private final Runnable end;
    private final Runnable changed;
    private volatile @Nullable Commit<?> pending;

    /// A write that is on its way.
    private static final class Commit<R> {

        /// Null where nobody waits.
        final @Nullable Envelope<R> envelope;

        final @Nullable Result<R> result;
        volatile @Nullable Throwable failure;
        boolean isGoingBack;

        Commit(@Nullable Envelope<R> envelope, @Nullable Result<R> result) {
            this.envelope = envelope;
            this.result = result;
        }
    }

    /// @param mayLeave whether the session has not been used since a time
    /// @param end the session is gone, or could not begin
    /// @param changed there may be something to do
    Commits(
            Environment environment,
            Residency residency,
            LongPredicate mayLeave,
            Runnable end,
            Runnable changed) {
        this.environment = environment;
        this.residency = residency;
        this.mayLeave = mayLeave;
        this.end = end;
        this.changed = changed;
    }

    /// Whether a write is on its way, or has failed and is not dealt with.
    boolean isPending() {
        return pending != null;
    }

    /// Whether there is something to go back from.
    boolean hasFailed() {
        Commit<?> now = pending;
        return now != null && now.failure != null;
    }

    /// Stores what a command has done, and answers it. The last thing that a slice does.
    <R> void finish(Envelope<R> envelope, Result<R> result) {
        ActiveSession session = residency.active();
        Commit<R> commit = new Commit<>(envelope, result);
        try {
            if (result.effect() instanceof Result.Effect.None || isInUse(commit)) {
                residency.publish();
                CommandReplies.give(envelope, result);
            } else {
                IdempotencyStore.Entry answer = CommandReplies.entry(envelope, result, session);
                write(commit, store(result.effect(), session, answer));
            }
        } catch (RuntimeException e) { // as where the answer cannot be encoded
            fail(commit, e);
        }
    }

    /// Stores how a run has ended, of which nobody waits to hear. The last thing that a slice does.
    void append(List<Change> changes, ActiveSession session) {
        write(new Commit<>(null, null), residency.journal().append(changes, session, null));
    }

    /// Whether a session that is to leave the memory is in use.
    private boolean isInUse(Commit<?> commit) {
        ActiveSession session = residency.active();
        return commit.envelope != null
                && commit.envelope.command() instanceof Command.Evict(long unusedSince)
                && (session == null
                        || !session.isIdle()
                        || residency.journal().hasBacklog()
                        || !mayLeave.test(unusedSince));
    }

    private CompletableFuture<Void> store(
            Result.Effect effect,
            @Nullable ActiveSession session,
            IdempotencyStore.@Nullable Entry answer) {
        if (effect instanceof Result.Effect.Deleted || session == null) {
            Residency.Stored stored = residency.stored();
            return stored == null
                    ? CompletableFuture.completedFuture(null)
                    : environment.store().delete(stored.epoch());
        }
        Journal journal = residency.journal();
        return switch (effect) {
            case Result.Effect.Appended(List<Change> changes) ->
                    journal.append(changes, session, answer);
            case Result.Effect.Begun _ -> journal.begin(session, answer);
            case Result.Effect.Evicted _ -> journal.saveAll(session);
            case Result.Effect.None _, Result.Effect.Deleted _ ->
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
            log.error("A session cannot show what it has stored", e);
        }
        pending = null;
        if (commit.envelope != null && result != null) {
            CommandReplies.give(commit.envelope, result);
        }
        changed.run();
    }

    private <R> void settle(Commit<R> commit) {
        ActiveSession session = residency.active();
        Result.Effect stored =
                commit.result == null
                        ? new Result.Effect.Appended(List.of())
                        : commit.result.effect();
        if (stored instanceof Result.Effect.Deleted || session == null) {
            end.run();
        } else if (stored instanceof Result.Effect.Evicted) {
            // and not an older save alone, and nobody has come meanwhile
            if (residency.journal().isSaved(session) && !isInUse(commit)) {
                residency.isStored(session);
                residency.putAway();
            }
        } else {
            residency.journal().appended();
            residency.isStored(session);
            residency.publish();
        }
    }

    private <R> void fail(Commit<R> commit, Throwable failure) {
        Envelope<R> envelope = commit.envelope;
        if (envelope == null || envelope.command().isStoredLater()) { // the journal has kept it
            log.warn("What became of a run is stored later: {}", failure.getMessage());
            residency.publish(); // which is when it is tried again
            pending = null;
            if (envelope != null && commit.result != null) {
                CommandReplies.give(envelope, commit.result);
            }
        } else {
            commit.failure = failure;
            pending = commit;
        }
        changed.run();
    }

    /// Goes back to what is stored, and only then answers.
    void goBack(Deadline deadline) {
        Commit<?> refused = pending;
        Envelope<?> envelope = refused == null ? null : refused.envelope;
        Throwable failure = refused == null ? null : refused.failure;
        if (refused == null || envelope == null || failure == null) {
            throw new IllegalStateException("there is nothing to go back from");
        }
        if (residency.stored() == null) {
            end.run(); // it never began
        } else if (envelope.command().changesMemory() && !isBack(refused, deadline)) {
            return;
        }
        pending = null;
        envelope.reply().completeExceptionally(failure);
    }

    /// There will be no slice to go back in: what was refused is dropped with the rest.
    void giveUp() {
        Commit<?> refused = pending;
        Throwable failure = refused == null ? null : refused.failure;
        if (refused != null && refused.envelope != null && failure != null) {
            residency.leave();
            pending = null;
            refused.envelope.reply().completeExceptionally(failure);
        }
    }

    private boolean isBack(Commit<?> refused, Deadline deadline) {
        if (!refused.isGoingBack) {
            refused.isGoingBack = true;
            residency.leave();
        }
        try {
            if (!residency.rehydrate(deadline)) {
                return false;
            }
            residency.publish();
        } catch (RuntimeException e) {
            log.error("A session cannot go back to what is stored", e);
            residency.putAway();
        }
        return true;
    }
}
