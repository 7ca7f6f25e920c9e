package dev.microgpt.session.actor;

import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;

/// The answers to commands: to whoever sent them, and to whoever repeats them.
final class CommandReplies {

    private CommandReplies() {}

    /// What is to be stored with the changes of a command; null for nothing.
    static <R> IdempotencyStore.@Nullable Entry entry(
            Envelope<R> envelope, Result<R> result, @Nullable ActiveSession session) {
        Idempotency idempotency = envelope.context().idempotency();
        R value = result.value();
        if (idempotency == null || value == null || result.effect() instanceof Result.Effect.None) {
            return null;
        }
        Idempotency.Answer answer = idempotency.answer(value);
        return answer == null
                ? null
                : IdempotencyStore.Entry.of(
                        idempotency, session == null ? null : session.epoch(), answer);
    }

    static <R> void give(Envelope<R> envelope, Result<R> result) {
        Throwable failure = result.failure();
        if (failure == null) {
            envelope.reply().complete(result.value());
        } else {
            envelope.reply().completeExceptionally(failure);
        }
    }
}
