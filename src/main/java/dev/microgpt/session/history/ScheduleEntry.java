package dev.microgpt.session.history;

import dev.microgpt.engine.ModelOptions;

/// The options of training between two times that they were steered.
///
/// @param fromStep they hold for the steps after this one
/// @param learningRate see [ModelOptions]
/// @param numSteps see [ModelOptions]
/// @param batchSize see [ModelOptions]
public record ScheduleEntry(long fromStep, double learningRate, long numSteps, int batchSize) {

    static ScheduleEntry of(long fromStep, ModelOptions options) {
        return new ScheduleEntry(
                fromStep, options.learningRate(), options.numSteps(), options.batchSize());
    }
}
