package dev.microgpt.session.actor;

import dev.microgpt.session.persistence.Change;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a handler has done: the answer, or why there is none, and what changed.
///
/// @param value null where the command failed
/// @param failure null where it did not
record Result<R>(@Nullable R value, @Nullable Throwable failure, Effect effect) {

    /// What has to be stored before anybody is told.
    sealed interface Effect {

        /// Nothing.
        record None() implements Effect {}

        /// Changes of the present life, all or none.
        record Appended(List<Change> changes) implements Effect {}

        /// A new life.
        record Begun() implements Effect {}

        /// All of the session, which then leaves the memory.
        record Evicted() implements Effect {}

        /// That the session is gone.
        record Deleted() implements Effect {}
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

    static <R> Result<R> failed(Throwable failure, List<Change> changes) {
        return new Result<>(null, failure, new Effect.Appended(changes));
    }
}
