package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The training options to change.
public record SteerRequest(
        @Schema(description = "Highest learning rate of the schedule", example = "0.005")
                @Nullable Double learningRate,
        @Schema(
                        description =
                                "Number of steps after which the learning rate has fallen to its minimum",
                        example = "5000")
                @Nullable Long numSteps,
        @Schema(description = "Documents per step", example = "4") @Nullable Integer batchSize,
        @Schema(description = "As in init", example = "0.1") @Nullable Double weightDecay,
        @Schema(description = "As in init", example = "0.9") @Nullable Double momentum,
        @Schema(description = "As in init", example = "cosine") @Nullable String schedule,
        @Schema(description = "As in init", example = "100") @Nullable Long warmupSteps,
        @Schema(description = "As in init", example = "0.001") @Nullable Double minLearningRate,
        @Schema(description = "As in init", example = "1.0") @Nullable Double gradientClip,
        @Schema(description = "As in init", example = "0.1") @Nullable Double dropout,
        @Schema(description = "As in init", example = "0.1") @Nullable Double labelSmoothing) {

    /// Returns the change.
    ///
    /// @throws InvalidInputException if it changes nothing or a value is out of range
    public OptionValues toSteering(Limits limits) {
        OptionValues steering = GivenOptions.of(this, limits);
        if (steering.isEmpty()) {
            throw changesNothing();
        }
        return steering;
    }

    /// Returns the exception for a request that changes nothing.
    public static InvalidInputException changesNothing() {
        List<String> names =
                ModelOption.ALL.stream()
                        .filter(ModelOption::isSteerable)
                        .map(ModelOption::name)
                        .toList();
        return InvalidInputException.outOfRange(
                "learningRate",
                null,
                null,
                null,
                "at least one of these must be given: " + String.join(", ", names));
    }
}
