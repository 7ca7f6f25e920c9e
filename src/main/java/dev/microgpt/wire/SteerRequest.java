package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.history.Steering;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The training options to change.
public record SteerRequest(
        @Schema(
                        description =
                                "Initial value of the learning rate, which falls linearly to 0 at numSteps",
                        example = "0.005")
                @Nullable Double learningRate,
        @Schema(
                        description =
                                "Number of steps after which the learning rate has fallen to 0",
                        example = "5000")
                @Nullable Long numSteps,
        @Schema(description = "Documents per step", example = "4") @Nullable Integer batchSize) {

    public static final SteerRequest EMPTY = new SteerRequest(null, null, null);

    /// Returns the change.
    ///
    /// @throws InvalidInputException if it changes nothing or a value is out of range
    public Steering toSteering(Limits limits) {
        Steering steering = steering(learningRate, numSteps, batchSize, limits);
        if (steering.changesNothing()) {
            throw InvalidInputException.outOfRange(
                    "learningRate",
                    null,
                    null,
                    null,
                    "at least one of learningRate, numSteps and batchSize must be given");
        }
        return steering;
    }

    /// Returns a change, which may change nothing.
    ///
    /// @throws InvalidInputException if a value is out of range
    static Steering steering(
            @Nullable Double learningRate,
            @Nullable Long numSteps,
            @Nullable Integer batchSize,
            Limits limits) {
        limits.check(ModelOption.NUM_STEPS, numSteps);
        limits.check(ModelOption.BATCH_SIZE, batchSize);
        return new Steering(learningRate, numSteps, batchSize);
    }
}
