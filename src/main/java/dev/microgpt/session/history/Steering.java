package dev.microgpt.session.history;

import dev.microgpt.engine.ModelOptions;

import org.jspecify.annotations.Nullable;

/// A change of training options while a model trains; null leaves an option as it is.
///
/// @param learningRate see [ModelOptions]
/// @param numSteps see [ModelOptions]
/// @param batchSize see [ModelOptions]
public record Steering(
        @Nullable Double learningRate, @Nullable Long numSteps, @Nullable Integer batchSize) {

    /// Returns whether all options stay as they are.
    public boolean changesNothing() {
        return equals(new Steering(null, null, null));
    }

    /// Returns the options after the change.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException if a value is out of its range
    public ModelOptions applyTo(ModelOptions options) {
        return options.withTraining(
                learningRate == null ? options.learningRate() : learningRate,
                numSteps == null ? options.numSteps() : numSteps,
                batchSize == null ? options.batchSize() : batchSize);
    }
}
