package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.history.Steering;
import dev.microgpt.session.run.RunCall;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// A run to start: how long to train, how fast, and with which options.
public record RunRequest(
        @Schema(description = "Steps to train", minimum = "1", example = "100000")
                @Nullable Long steps,
        @Schema(
                        description = "Speed limit; absent for none",
                        minimum = "0.01",
                        maximum = "1000000",
                        example = "50")
                @Nullable Double stepsPerSecond,
        @Schema(description = "Condition that ends the run early") @Nullable StopWhen stopWhen,
        @Schema(description = "Changed at the start of the run, as PATCH does", example = "0.01")
                @Nullable Double learningRate,
        @Schema(description = "Changed at the start of the run", example = "100000")
                @Nullable Long numSteps,
        @Schema(description = "Changed at the start of the run", example = "1")
                @Nullable Integer batchSize) {

    public static final RunRequest EMPTY = new RunRequest(null, null, null, null, null, null);

    /// The condition that ends a run before its last step.
    public record StopWhen(
            @Schema(
                            description =
                                    "Ends once the mean loss of its last 100 steps is below this value",
                            example = "2.0")
                    @Nullable Double lossBelow) {}

    private static final double MIN_SPEED = 0.01;
    private static final double MAX_SPEED = 1e6;
    private static final double MAX_LOSS = 1000;

    /// Returns the call.
    ///
    /// @throws InvalidInputException if a value is missing or out of range
    public RunCall toCall(Limits limits) {
        if (steps == null) {
            throw InvalidInputException.outOfRange(
                    "steps",
                    null,
                    1,
                    limits.stepsPerRun(),
                    "steps is missing: give a number from 1 to " + limits.stepsPerRun());
        }
        InvalidInputException.requireRange("steps", steps, 1, limits.stepsPerRun());
        if (stepsPerSecond != null) {
            InvalidInputException.requireRange(
                    "stepsPerSecond", stepsPerSecond, MIN_SPEED, MAX_SPEED);
        }
        Double lossBelow = stopWhen == null ? null : stopWhen.lossBelow();
        if (lossBelow != null) {
            InvalidInputException.requireRange("stopWhen.lossBelow", lossBelow, 0, MAX_LOSS);
        }
        return new RunCall(steps, stepsPerSecond, lossBelow, steering(limits));
    }

    private @Nullable Steering steering(Limits limits) {
        Steering steering = SteerRequest.steering(learningRate, numSteps, batchSize, limits);
        return steering.changesNothing() ? null : steering;
    }
}
