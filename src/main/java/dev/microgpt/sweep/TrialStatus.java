package dev.microgpt.sweep;

import org.jspecify.annotations.Nullable;

/// How far a trial has come.
///
/// @param epoch the epoch of its session; null before it has one
/// @param step number of steps trained
/// @param loss the mean training loss of the last 100 steps in nats; null before the first
/// @param validationLoss the newest validation loss in nats, after the end that of the last step; null if none is known
/// @param bestValidationLoss the lowest validation loss in nats; null if none is known
/// @param bestStep the step of the lowest validation loss; null if none is known
/// @param numParams number of parameters; null before there is a session
/// @param message why it ended, if it did not complete; otherwise null
public record TrialStatus(
        TrialState state,
        @Nullable Long epoch,
        long step,
        @Nullable Double loss,
        @Nullable Double validationLoss,
        @Nullable Double bestValidationLoss,
        @Nullable Long bestStep,
        @Nullable Integer numParams,
        @Nullable String message) {

    /// The status of a trial that has not begun.
    public static final TrialStatus WAITING =
            new TrialStatus(TrialState.WAITING, null, 0, null, null, null, null, null, null);

    /// Returns a copy of this status with another state.
    ///
    /// @param why why it is in this state; null if the state says it all
    public TrialStatus with(TrialState other, @Nullable String why) {
        return new TrialStatus(
                other,
                epoch,
                step,
                loss,
                validationLoss,
                bestValidationLoss,
                bestStep,
                numParams,
                why);
    }
}
