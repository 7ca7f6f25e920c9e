package dev.microgpt.wire;

import dev.microgpt.engine.ParamStats;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.actor.StepOutcome;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The last step of a call, with the losses of all its steps.
public record StepReply(
        @Schema(description = "steps trained so far", example = "1") long step,
        @Schema(description = "mean cross-entropy in nats, before the update", example = "3.3661")
                double loss,
        @Schema(description = "the document; the last one of a batch", example = "emma") String doc,
        @Schema(description = "the documents of the batch, where there are several")
                @Nullable List<String> docs,
        @Schema(description = "its tokens, BOS at both ends", example = "[26, 4, 12, 12, 0, 26]")
                int[] tokens,
        @Schema(description = "of this step", example = "0.01") double learningRate,
        @Schema(description = "of all parameters after the update; std is the root mean square")
                ParamStats paramStats,
        @Schema(description = "the forward pass, an entry a position; for viz=all a list a step")
                @Nullable List<?> vizData,
        @Schema(description = "of every step of the call, up to 10,000 of them")
                double @Nullable [] losses) {

    public static StepReply of(StepOutcome outcome) {
        List<?> vizData =
                switch (outcome.call().viz()) {
                    case LAST -> outcome.last().vizData();
                    case ALL -> outcome.traces();
                    case NONE -> null;
                };
        return of(outcome.last(), vizData, outcome.losses());
    }

    /// A step on its own, as microgptjs's `trainStep` returns it.
    public static StepReply of(StepResult result) {
        return of(result, result.vizData(), null);
    }

    private static StepReply of(
            StepResult result, @Nullable List<?> vizData, double @Nullable [] losses) {
        return new StepReply(
                result.step(),
                result.loss(),
                result.doc(),
                result.docs().size() > 1 ? result.docs() : null,
                result.tokens(),
                result.learningRate(),
                result.paramStats(),
                vizData,
                losses);
    }
}
