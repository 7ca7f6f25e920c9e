package dev.microgpt.session.run;

import dev.microgpt.session.history.Divergence;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// The public view of a run at one moment between two steps.
///
/// @param id its number within the session, from 1
/// @param state the state of the run
/// @param steps number of steps to make
/// @param stepsDone number of steps made
/// @param stepsPerSecond rate over about the last second; 0 while it is not running
/// @param etaSeconds time that the remaining steps take at this rate; null if it is not known
/// @param loss the mean loss of its last 100 steps; null before the first step
/// @param maxStepsPerSecond speed limit in steps per second; null for none
/// @param stopWhen the condition that ends the run early; null for none
/// @param createdAt when it was requested
/// @param endedAt when it ended; null before
/// @param reason why it ended; null before
/// @param isRateZero whether the learning rate of all its steps was 0; before the first step, whether that of
///     the next one is
/// @param divergence the divergence of the session as of its last step; null if it did not diverge
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
        @Nullable String reason,
        boolean isRateZero,
        @Nullable Divergence divergence) {

    /// Returns a copy of this view with another state.
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
                reason,
                isRateZero,
                divergence);
    }
}
