package dev.microgpt.session;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits for the replies to commands, for a bounded time.
///
/// @param callTime how long one call may take
record CallTimeout(Duration callTime) {

    /// @param session for the message
    /// @throws SessionException `busy` if it took too long, or whatever the command failed with
    <R> R await(CompletableFuture<R> reply, Session session) {
        try {
            return reply.get(callTime.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SessionException refusal) {
                throw refusal;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            reply.cancel(false);
            throw new SessionException(
                    ErrorCode.BUSY,
                    "the call was cut off after "
                            + callTime
                            + "; session '"
                            + session.name()
                            + "' has made "
                            + session.snapshot().view().step()
                            + " steps");
        } catch (InterruptedException _) {
            reply.cancel(false);
            Thread.currentThread().interrupt();
            throw new SessionException(ErrorCode.BUSY, "the service is shutting down");
        }
    }
}
