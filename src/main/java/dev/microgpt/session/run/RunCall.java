package dev.microgpt.session.run;

import dev.microgpt.session.history.Steering;

import org.jspecify.annotations.Nullable;

/// A request to start a run.
///
/// @param steps number of steps
/// @param stepsPerSecond speed limit in steps per second; null for none
/// @param lossBelow ends the run as soon as the mean loss of its last 100 steps is below this; null for never
/// @param steering options to change at the start; null for none
public record RunCall(
        long steps,
        @Nullable Double stepsPerSecond,
        @Nullable Double lossBelow,
        @Nullable Steering steering) {}
