package dev.microgpt.crash;

import org.jspecify.annotations.Nullable;

/// A call that changes a session, and is not answered yet.
sealed interface Asked {

    /// What it is called in the table.
    default String kind() {
        return getClass().getSimpleName();
    }

    record Step(int count) implements Asked {}

    /// Draws from the session's generator.
    record Generate(int count) implements Asked {}

    record Steer(double learningRate) implements Asked {}

    /// @param step null for the present one
    record Fork(String child, @Nullable Long step) implements Asked {}

    record Delete() implements Asked {}

    record Init(Control fresh) implements Asked {}

    /// Starts an existing session anew, with another number of documents.
    record Overwrite(Control fresh) implements Asked {}

    record StartRun(long steps) implements Asked {}

    record Pause() implements Asked {}

    record Resume() implements Asked {}

    record Cancel() implements Asked {}
}
