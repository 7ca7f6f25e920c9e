package dev.microgpt.session;

import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits for the reply to a command, up to a timeout.
///
/// @param timeout how long one call may take
record CallTimeout(Duration timeout) {

    /// Returns the reply to a command that changes nothing unless it ends, or cancels it when the timeout has
    /// passed.
    ///
    /// @throws SessionException `busy` after the timeout; otherwise the exception of the command
    <R> R await(CompletableFuture<R> reply) {
        return await(reply, ErrorCode.BUSY, "");
    }

    /// Returns the reply to a step call, or ends it after its current step when the timeout has passed.
    ///
    /// @throws SessionException `wrong_state` after the timeout, as the caller must not take it for a refusal;
    ///     otherwise the exception of the command
    StepOutcome awaitSteps(CompletableFuture<StepOutcome> reply) {
        return await(
                reply,
                ErrorCode.WRONG_STATE,
                "; the session keeps the steps that the call has made: see its step");
    }

    private <R> R await(CompletableFuture<R> reply, ErrorCode code, String consequence) {
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
            throw new SessionException(code, "the call timed out after " + timeout + consequence);
        } catch (InterruptedException _) {
            reply.cancel(false);
            Thread.currentThread().interrupt();
            throw new SessionException(ErrorCode.BUSY, "the service is shutting down");
        }
    }
}
