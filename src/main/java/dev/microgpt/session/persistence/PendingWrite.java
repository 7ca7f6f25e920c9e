package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits for writes of a store, for a limited time.
public final class PendingWrite {

    /// The longest time to wait.
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    private PendingWrite() {}

    /// Waits until a write is durable.
    ///
    /// @param what what is written, for the error message, such as "the sweep"
    /// @throws SessionException if it fails, or does not end in time
    public static void await(CompletableFuture<Void> write, String what) {
        try {
            write.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            throw new SessionException(
                    ErrorCode.STORE_UNAVAILABLE, what + " could not be stored in time");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw SessionException.shuttingDown();
        }
    }
}
