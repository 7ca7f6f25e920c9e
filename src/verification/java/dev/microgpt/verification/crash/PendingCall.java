package dev.microgpt.verification.crash;

import dev.microgpt.verification.support.ReferenceSession;

import org.jspecify.annotations.Nullable;

/// A call that changes a session and whose response has not arrived yet.
sealed interface PendingCall {

    /// Returns the name of the call in the printed table.
    default String kind() {
        return getClass().getSimpleName();
    }

    record Step(int count) implements PendingCall {}

    /// Draws from the session's generator.
    record Generate(int count) implements PendingCall {}

    record Steer(double learningRate) implements PendingCall {}

    /// @param step null for the current step
    record Fork(String child, @Nullable Long step) implements PendingCall {}

    record Delete() implements PendingCall {}

    record Init(ReferenceSession fresh) implements PendingCall {}

    /// Reinitializes an existing session, with another number of documents.
    record Overwrite(ReferenceSession fresh) implements PendingCall {}

    /// Continues with another number of documents.
    record Continue(String text) implements PendingCall {}

    record StartRun(long steps) implements PendingCall {}

    record Pause() implements PendingCall {}

    record Resume() implements PendingCall {}

    record Cancel() implements PendingCall {}
}
