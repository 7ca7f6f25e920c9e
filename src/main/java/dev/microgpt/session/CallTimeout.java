package dev.microgpt.session;

import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Waits for the reply to a command, up to a timeout.
///
/// @param timeout how long one call may take
public record CallTimeout(Duration timeout) {

    /// Returns the exception for a call that changes nothing unless it ends, and did not end in time.
    public SessionException busy() {
        return new SessionException(ErrorCode.BUSY, "the call timed out after " + timeout);
    }

    /// Returns the exception for a step call that did not end in time. It is `wrong_state`, as the caller must
    /// not take it for a refusal.
    public SessionException stepsKept() {
        return new SessionException(
                ErrorCode.WRONG_STATE,
                "the call timed out after %s; the session keeps the steps that the call has made: see its step"
                        .formatted(timeout));
    }

    /// Returns the reply to a command that changes nothing unless it ends, or cancels it when the timeout has
    /// passed.
    ///
    /// @throws SessionException `busy` after the timeout; otherwise the exception of the command
    <R> R await(CompletableFuture<R> reply) {
        return await(reply, this::busy);
    }

    /// Returns the reply to a step call, or ends it after its current step when the timeout has passed.
    ///
    /// @throws SessionException `wrong_state` after the timeout; otherwise the exception of the command
    StepOutcome awaitSteps(CompletableFuture<StepOutcome> reply) {
        return await(reply, this::stepsKept);
    }

    private <R> R await(CompletableFuture<R> reply, Supplier<SessionException> late) {
        try {
            return reply.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SessionException rejection) {
                throw rejection;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            reply.cancel(false);
            throw late.get();
        } catch (InterruptedException _) {
            reply.cancel(false);
            Thread.currentThread().interrupt();
            throw SessionException.shuttingDown();
        }
    }
}
