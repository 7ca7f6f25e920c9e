package dev.microgpt.session.run;

import dev.microgpt.engine.OptionValues;

import org.jspecify.annotations.Nullable;

/// A request to start a run.
///
/// @param steps number of steps
/// @param stepsPerSecond speed limit in steps per second; null for none
/// @param stopWhen conditions that end the run early; null for none
/// @param steering options to change at the start; null for none
public record RunCall(
        long steps,
        @Nullable Double stepsPerSecond,
        @Nullable StopWhen stopWhen,
        @Nullable OptionValues steering) {}
