package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.history.Steering;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// Options to change while a session trains.
public record SteerRequest(
        @Schema(description = "of the line that falls to 0 at numSteps", example = "0.005")
                @Nullable Double learningRate,
        @Schema(
                        description = "after so many steps the learning rate has fallen to 0",
                        minimum = "1",
                        example = "5000")
                @Nullable Long numSteps,
        @Schema(description = "documents in a step", minimum = "1", example = "4")
                @Nullable Integer batchSize) {

    /// @throws InvalidInputException if nothing is to be changed
    public Steering toSteering() {
        Steering steering = new Steering(learningRate, numSteps, batchSize);
        if (steering.changesNothing()) {
            throw InvalidInputException.outOfRange(
                    "learningRate",
                    null,
                    null,
                    null,
                    "name at least one of learningRate, numSteps, batchSize");
        }
        return steering;
    }
}
