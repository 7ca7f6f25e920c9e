package dev.microgpt.wire;

import dev.microgpt.engine.ParamStats;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.actor.StepOutcome;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The result of the last step of a call, and the losses of all its steps.
public record StepReply(
        @Schema(description = "Steps trained so far", example = "1") long step,
        @Schema(description = "Mean cross-entropy before the update, in nats", example = "3.3661")
                double loss,
        @Schema(description = "Document of the step; the last one of a batch", example = "emma")
                String doc,
        @Schema(description = "Documents of the batch, if there are several")
                @Nullable List<String> docs,
        @Schema(
                        description = "Tokens of doc, with BOS at both ends",
                        example = "[26, 4, 12, 12, 0, 26]")
                int[] tokens,
        @Schema(description = "Learning rate of this step", example = "0.01") double learningRate,
        @Schema(
                        description =
                                "Statistics of all parameters after the update; std is the root mean square")
                ParamStats paramStats,
        @Schema(
                        description =
                                "The forward pass, one entry per position; with viz=all, one list per step")
                @Nullable List<?> vizData,
        @Schema(
                        description =
                                "Losses of all steps of the call; absent if there are more than 10,000")
                double @Nullable [] losses,
        @Schema(description = "Loss of the held-out documents, if it was measured after the step")
                @Nullable Double validationLoss,
        @Schema(description = "What is probably a mistake; absent if there is nothing")
                @Nullable List<Warning> warnings) {

    public static StepReply of(StepOutcome outcome) {
        List<?> vizData =
                switch (outcome.call().viz()) {
                    case LAST -> outcome.last().vizData();
                    case ALL -> outcome.traces();
                    case NONE -> null;
                };
        return of(
                outcome.last(),
                vizData,
                outcome.losses(),
                outcome.validationLoss(),
                Warning.of(outcome));
    }

    /// Returns the reply for a single step, in the form of microgptjs's `trainStep`.
    public static StepReply of(StepResult result) {
        return of(result, result.vizData(), null, null, null);
    }

    private static StepReply of(
            StepResult result,
            @Nullable List<?> vizData,
            double @Nullable [] losses,
            @Nullable Double validationLoss,
            @Nullable List<Warning> warnings) {
        return new StepReply(
                result.step(),
                result.loss(),
                result.doc(),
                result.docs().size() > 1 ? result.docs() : null,
                result.tokens(),
                result.learningRate(),
                result.paramStats(),
                vizData,
                losses,
                validationLoss,
                warnings);
    }
}
