package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.Limits;
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
                @Nullable Integer batchSize,
        @Schema(description = "Changed at the start of the run", example = "0.1")
                @Nullable Double weightDecay,
        @Schema(description = "Changed at the start of the run", example = "0.9")
                @Nullable Double momentum,
        @Schema(description = "Changed at the start of the run", example = "cosine")
                @Nullable String schedule,
        @Schema(description = "Changed at the start of the run", example = "100")
                @Nullable Long warmupSteps,
        @Schema(description = "Changed at the start of the run", example = "0.001")
                @Nullable Double minLearningRate,
        @Schema(description = "Changed at the start of the run", example = "1.0")
                @Nullable Double gradientClip,
        @Schema(description = "Changed at the start of the run", example = "0.1")
                @Nullable Double dropout,
        @Schema(description = "Changed at the start of the run", example = "0.1")
                @Nullable Double labelSmoothing) {

    /// The conditions that end a run before its last step. Those of validation need a session with validation.
    public record StopWhen(
            @Schema(
                            description =
                                    "Ends once the mean loss of its last 100 steps is below this value",
                            example = "2.0")
                    @Nullable Double lossBelow,
            @Schema(
                            description = "Ends once a validation loss is below this value",
                            example = "2.1")
                    @Nullable Double validationLossBelow,
            @Schema(
                            description =
                                    "Ends once the lowest validation loss was so many steps ago",
                            minimum = "1",
                            example = "1000")
                    @Nullable Long noImprovementFor) {}

    private static final double MIN_SPEED = 0.01;
    private static final double MAX_SPEED = 1e6;
    private static final double MAX_LOSS = 1000;

    /// Returns the exception for a request that does not say how many steps to train.
    public static InvalidInputException missingSteps(Limits limits) {
        return InvalidInputException.outOfRange(
                "steps",
                null,
                1,
                limits.stepsPerRun(),
                "steps is missing: give a number from 1 to " + limits.stepsPerRun());
    }

    /// Returns the call.
    ///
    /// @throws InvalidInputException if a value is missing or out of range
    public RunCall toCall(Limits limits) {
        if (steps == null) {
            throw missingSteps(limits);
        }
        InvalidInputException.requireRange("steps", steps, 1, limits.stepsPerRun());
        if (stepsPerSecond != null) {
            InvalidInputException.requireRange(
                    "stepsPerSecond", stepsPerSecond, MIN_SPEED, MAX_SPEED);
        }
        OptionValues steering = GivenOptions.of(this, limits);
        return new RunCall(
                steps, stepsPerSecond, stopWhen(limits), steering.isEmpty() ? null : steering);
    }

    private dev.microgpt.session.run.@Nullable StopWhen stopWhen(Limits limits) {
        if (stopWhen == null) {
            return null;
        }
        requireLoss("stopWhen.lossBelow", stopWhen.lossBelow);
        requireLoss("stopWhen.validationLossBelow", stopWhen.validationLossBelow);
        Long patience = stopWhen.noImprovementFor;
        if (patience != null) {
            InvalidInputException.requireRange(
                    "stopWhen.noImprovementFor", patience, 1, limits.stepsPerRun());
        }
        var conditions =
                new dev.microgpt.session.run.StopWhen(
                        stopWhen.lossBelow, stopWhen.validationLossBelow, patience);
        return conditions.equals(dev.microgpt.session.run.StopWhen.NEVER) ? null : conditions;
    }

    private static void requireLoss(String field, @Nullable Double loss) {
        if (loss != null) {
            InvalidInputException.requireRange(field, loss, 0, MAX_LOSS);
        }
    }
}
