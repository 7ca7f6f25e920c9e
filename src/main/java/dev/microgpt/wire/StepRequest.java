package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// How many steps to train and what to show of them.
public record StepRequest(
        @Schema(description = "steps to train", defaultValue = "1", minimum = "1", example = "100")
                @Nullable Integer count,
        @Schema(
                        description = "steps whose vizData to return",
                        allowableValues = {"last", "all", "none"},
                        defaultValue = "last",
                        example = "none")
                @Nullable String viz) {

    public static final StepRequest DEFAULTS = new StepRequest(null, null);

    /// @throws InvalidInputException if a value is out of its range
    public StepCall toCall(Limits limits) {
        int steps = count == null ? 1 : count;
        InvalidInputException.requireRange("count", steps, 1, limits.stepsPerCall());
        return new StepCall(steps, EnumNames.parse("viz", viz, StepCall.Viz.LAST));
    }
}
