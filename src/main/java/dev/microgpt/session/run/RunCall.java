package dev.microgpt.session.run;

import dev.microgpt.session.history.Steering;

import org.jspecify.annotations.Nullable;

/// A request for a run.
///
/// @param steps to make
/// @param stepsPerSecond at most so many; null for as many as possible
/// @param lossBelow ends the run once the mean loss of its last 100 steps is below; null for never
/// @param steering options to change when it starts; null for none
public record RunCall(
        long steps,
        @Nullable Double stepsPerSecond,
        @Nullable Double lossBelow,
        @Nullable Steering steering) {}
