package dev.microgpt.session.actor;

import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;

/// Replies to commands: completes the sender's future, and encodes the response that is stored for repeated
/// calls.
final class CommandReplies {

    private CommandReplies() {}

    /// Returns the response to store with the changes of a command; null for none.
    static <R> IdempotencyStore.@Nullable Entry idempotencyEntry(
            Envelope<R> envelope, Result<R> result, @Nullable ActiveSession session) {
        Idempotency idempotency = envelope.context().idempotency();
        R value = result.value();
        if (idempotency == null || value == null || result.effect() instanceof Result.Effect.None) {
            return null;
        }
        Idempotency.Response response = idempotency.encode(value);
        return response == null
                ? null
                : IdempotencyStore.Entry.of(
                        idempotency, session == null ? null : session.epoch(), response);
    }

    /// Completes the reply with the value or the failure of a result.
    static <R> void complete(Envelope<R> envelope, Result<R> result) {
        Throwable failure = result.failure();
        if (failure == null) {
            envelope.complete(result.value());
        } else {
            envelope.fail(failure);
        }
    }
}
