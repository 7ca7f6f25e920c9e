package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.history.Steering;
import dev.microgpt.session.run.RunCall;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// What to train in the background.
public record RunRequest(
        @Schema(description = "steps to train", minimum = "1", example = "100000")
                @Nullable Long steps,
        @Schema(
                        description = "so many at most; absent for as many as possible",
                        minimum = "0.01",
                        maximum = "1000000",
                        example = "50")
                @Nullable Double stepsPerSecond,
        @Schema(description = "ends the run before it has made all steps")
                @Nullable StopWhen stopWhen,
        @Schema(description = "steers at the start: as PATCH does", example = "0.01")
                @Nullable Double learningRate,
        @Schema(description = "steers at the start", minimum = "1", example = "100000")
                @Nullable Long numSteps,
        @Schema(description = "steers at the start", minimum = "1", example = "1")
                @Nullable Integer batchSize) {

    /// When to stop early.
    public record StopWhen(
            @Schema(
                            description = "once the mean loss of its last 100 steps is below",
                            example = "2.0")
                    @Nullable Double lossBelow) {}

    private static final double SLOWEST = 0.01;
    private static final double FASTEST = 1e6;
    private static final double HIGHEST_LOSS = 1000;

    /// @throws InvalidInputException if a value is missing or out of its range
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
            InvalidInputException.requireRange("stepsPerSecond", stepsPerSecond, SLOWEST, FASTEST);
        }
        Double lossBelow = stopWhen == null ? null : stopWhen.lossBelow();
        if (lossBelow != null) {
            InvalidInputException.requireRange("stopWhen.lossBelow", lossBelow, 0, HIGHEST_LOSS);
        }
        return new RunCall(steps, stepsPerSecond, lossBelow, steering());
    }

    private @Nullable Steering steering() {
        Steering steering = new Steering(learningRate, numSteps, batchSize);
        return steering.changesNothing() ? null : steering;
    }
}
