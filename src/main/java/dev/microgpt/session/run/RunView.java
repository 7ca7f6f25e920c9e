package dev.microgpt.session.run;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// A run from outside, at one moment between two steps.
///
/// @param id its number within the session, from 1
/// @param state what it is doing
/// @param steps that it is to make
/// @param stepsDone that it has made
/// @param stepsPerSecond over the last second or so; 0 while it does not run
/// @param etaSeconds how long the rest will take at that speed; null while that is not known
/// @param loss the mean loss of its last 100 steps; null before the first
/// @param maxStepsPerSecond at most so many; null for as many as possible
/// @param stopWhen what ends it early; null for nothing
/// @param createdAt when it was asked for
/// @param endedAt when it ended; null before
/// @param reason why it ended as it did; null before
public record RunView(
        long id,
        RunState state,
        long steps,
        long stepsDone,
        double stepsPerSecond,
        @Nullable Double etaSeconds,
        @Nullable Double loss,
        @Nullable Double maxStepsPerSecond,
        @Nullable StopWhen stopWhen,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable String reason) {

    /// @param lossBelow the mean loss of the last 100 steps
    public record StopWhen(double lossBelow) {}

    public RunView withState(RunState other) {
        return new RunView(
                id,
                other,
                steps,
                stepsDone,
                stepsPerSecond,
                etaSeconds,
                loss,
                maxStepsPerSecond,
                stopWhen,
                createdAt,
                endedAt,
                reason);
    }
}
