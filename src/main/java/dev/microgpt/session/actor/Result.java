package dev.microgpt.session.actor;

import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The result of a command: the value to reply with, or the failure, and what has to be persisted first.
///
/// @param value null if the command failed
/// @param failure null if the command succeeded
record Result<R>(@Nullable R value, @Nullable Throwable failure, Effect effect) {

    /// What has to be persisted before the state is published and the reply is completed.
    sealed interface Effect {

        /// Nothing has changed.
        record None() implements Effect {}

        /// Changes within the current epoch, to be appended all or none.
        record Appended(List<Change> changes) implements Effect {}

        /// A new epoch has begun; the session is stored as a snapshot.
        ///
        /// @param parent the session that it was forked from; null for none
        record Begun(@Nullable Holding parent) implements Effect {}

        /// The session has continued with other documents, and is stored as a snapshot.
        record Continued() implements Effect {}

        /// The session leaves the memory after a snapshot has been written.
        record Evicted() implements Effect {}

        /// The session is deleted.
        record Deleted() implements Effect {}

        /// The session leaves this process.
        ///
        /// @param isStored whether after a snapshot has been written
        record HandedOver(boolean isStored) implements Effect {}
    }

    static <R> Result<R> of(R value) {
        return new Result<>(value, null, new Effect.None());
    }

    static <R> Result<R> of(R value, Change... changes) {
        return new Result<>(value, null, new Effect.Appended(List.of(changes)));
    }

    static <R> Result<R> of(R value, Effect effect) {
        return new Result<>(value, null, effect);
    }

    /// @param changes empty if the command has changed nothing
    static <R> Result<R> failed(Throwable failure, List<Change> changes) {
        Effect effect = changes.isEmpty() ? new Effect.None() : new Effect.Appended(changes);
        return new Result<>(null, failure, effect);
    }
}
