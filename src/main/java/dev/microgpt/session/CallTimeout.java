package dev.microgpt.session;

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

    /// Returns the reply, or cancels it when the timeout has passed.
    ///
    /// @param session named in the error message
    /// @throws SessionException `busy` after the timeout; otherwise the exception of the command
    <R> R await(CompletableFuture<R> reply, Session session) {
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
            throw new SessionException(
                    ErrorCode.BUSY,
                    "the call timed out after "
                            + timeout
                            + "; session '"
                            + session.name()
                            + "' has trained "
                            + session.published().view().step()
                            + " steps");
        } catch (InterruptedException _) {
            reply.cancel(false);
            Thread.currentThread().interrupt();
            throw new SessionException(ErrorCode.BUSY, "the service is shutting down");
        }
    }
}
