package dev.microgpt.session;

import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for the reply to a command, up to a timeout, or until the store has been out of reach for a while.
public final class CallTimeout {

    /// Between two looks at whether the store is out of reach.
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    private final Duration timeout;
    private final BooleanSupplier isStoreUnavailable;

    /// @param timeout how long one call may take
    /// @param isStoreUnavailable whether nobody should wait for a write
    CallTimeout(Duration timeout, BooleanSupplier isStoreUnavailable) {
        this.timeout = timeout;
        this.isStoreUnavailable = isStoreUnavailable;
    }

    /// Returns the exception for a call that changes nothing unless it ends, and did not end in time.
    public static SessionException busy(Duration timeout) {
        return new SessionException(ErrorCode.BUSY, "the call timed out after " + timeout);
    }

    /// Returns the exception for a step call that did not end in time. It is `wrong_state`, as the caller must
    /// not take it for a refusal.
    public static SessionException stepsKept(Duration timeout) {
        return new SessionException(
                ErrorCode.WRONG_STATE,
                "the call timed out after %s; the session keeps the steps that the call has made: see its step"
                        .formatted(timeout));
    }

    private static SessionException unconfirmed() {
        return new SessionException(
                ErrorCode.STORE_UNAVAILABLE,
                "the database is out of reach, and it is not known whether the change was stored: look at the"
                        + " session later, or repeat the call if it has an Idempotency-Key");
    }

    /// Returns the reply to a query, or cancels it when the timeout has passed.
    ///
    /// @throws SessionException `busy` after the timeout; otherwise the exception of the query
    <R> R awaitQuery(CompletableFuture<R> reply) {
        return await(reply, () -> busy(timeout), () -> false);
    }

    /// Returns the reply to a command that changes nothing unless it ends, or cancels it when the timeout has
    /// passed.
    ///
    /// @throws SessionException `busy` after the timeout, `store_unavailable` if the store is out of reach;
    ///     otherwise the exception of the command
    <R> R await(CompletableFuture<R> reply) {
        return await(reply, () -> busy(timeout), isStoreUnavailable);
    }

    /// Returns the reply to a step call, or ends it after its current step when the timeout has passed.
    ///
    /// @throws SessionException `wrong_state` after the timeout, `store_unavailable` if the store is out of
    ///     reach; otherwise the exception of the command
    StepOutcome awaitSteps(CompletableFuture<StepOutcome> reply) {
        return await(reply, () -> stepsKept(timeout), isStoreUnavailable);
    }

    private <R> R await(
            CompletableFuture<R> reply,
            Supplier<SessionException> late,
            BooleanSupplier isUnavailable) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            long left = end - System.nanoTime();
            try {
                return reply.get(Math.min(left, CHECK_INTERVAL.toNanos()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw unwrap(e);
            } catch (TimeoutException _) {
                boolean isStuck = isUnavailable.getAsBoolean();
                if (isStuck || left <= CHECK_INTERVAL.toNanos()) {
                    reply.cancel(false);
                    throw isStuck ? unconfirmed() : late.get();
                }
            } catch (InterruptedException _) {
                reply.cancel(false);
                Thread.currentThread().interrupt();
                throw SessionException.shuttingDown();
            }
        }
    }

    private static RuntimeException unwrap(ExecutionException e) {
        return e.getCause() instanceof RuntimeException failure
                ? failure
                : new IllegalStateException(e.getCause());
    }
}
