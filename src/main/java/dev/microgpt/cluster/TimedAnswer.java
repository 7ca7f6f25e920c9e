package dev.microgpt.cluster;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstanceNotActiveException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Waits for what the cluster answers, for a limited time.
final class TimedAnswer {

    private TimedAnswer() {}

    /// Returns the result of an operation of Hazelcast. The timed `get` of Hazelcast's own futures (5.7.0) ends only
    /// with the operation.
    ///
    /// @throws MissingException if there is none in time
    static <T extends @Nullable Object> T of(
            Supplier<? extends CompletionStage<T>> operation, Duration timeout) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            operation
                    .get()
                    .whenCompleteAsync(
                            (result, failure) -> {
                                if (failure == null) {
                                    answer.complete(result);
                                } else {
                                    answer.completeExceptionally(failure);
                                }
                            },
                            Runnable::run);
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MissingException(e);
        } catch (TimeoutException
                | ExecutionException
                | HazelcastException
                | HazelcastInstanceNotActiveException e) {
            throw new MissingException(e);
        }
    }

    /// The cluster has not answered.
    static final class MissingException extends RuntimeException {

        private static final long serialVersionUID = 1;

        MissingException(Throwable cause) {
            super(cause);
        }
    }
}
