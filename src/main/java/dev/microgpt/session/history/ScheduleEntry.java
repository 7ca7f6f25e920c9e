package dev.microgpt.session.history;

import dev.microgpt.engine.ModelOptions;

/// Training options that are in effect until the next entry of the schedule.
///
/// @param fromStep the options are in effect for the steps after this one
/// @param learningRate see [ModelOptions]
/// @param numSteps see [ModelOptions]
/// @param batchSize see [ModelOptions]
public record ScheduleEntry(long fromStep, double learningRate, long numSteps, int batchSize) {

    static ScheduleEntry of(long fromStep, ModelOptions options) {
        return new ScheduleEntry(
                fromStep, options.learningRate(), options.numSteps(), options.batchSize());
    }
}
