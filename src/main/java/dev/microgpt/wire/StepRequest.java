package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// How many steps to train, and which of their traces to return.
public record StepRequest(
        @Schema(description = "Steps to train", defaultValue = "1", minimum = "1", example = "100")
                @Nullable Integer count,
        @Schema(
                        description = "Steps whose vizData to return",
                        allowableValues = {"last", "all", "none"},
                        defaultValue = "last",
                        example = "none")
                @Nullable String viz) {

    public static final StepRequest DEFAULTS = new StepRequest(null, null);

    /// Returns the call with defaults filled in.
    ///
    /// @throws InvalidInputException if a value is out of range
    public StepCall toCall(Limits limits) {
        int numSteps = count == null ? 1 : count;
        InvalidInputException.requireRange("count", numSteps, 1, limits.stepsPerCall());
        return new StepCall(numSteps, EnumNames.parse("viz", viz, StepCall.Viz.LAST));
    }
}
