package dev.microgpt.session.history;

import dev.microgpt.engine.ModelOptions;

import org.jspecify.annotations.Nullable;

/// Options to change while a model trains; null leaves one as it is.
///
/// @param learningRate see [ModelOptions]
/// @param numSteps see [ModelOptions]
/// @param batchSize see [ModelOptions]
public record Steering(
        @Nullable Double learningRate, @Nullable Long numSteps, @Nullable Integer batchSize) {

    /// Whether it changes nothing.
    public boolean changesNothing() {
        return equals(new Steering(null, null, null));
    }

    /// @throws dev.microgpt.engine.InvalidInputException if a value is out of its range
    public ModelOptions applyTo(ModelOptions options) {
        return options.withTraining(
                learningRate == null ? options.learningRate() : learningRate,
                numSteps == null ? options.numSteps() : numSteps,
                batchSize == null ? options.batchSize() : batchSize);
    }
}
