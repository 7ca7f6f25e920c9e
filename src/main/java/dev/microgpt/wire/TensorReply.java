package dev.microgpt.wire;

import dev.microgpt.engine.StepAnatomy;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// A tensor of a training step.
@Schema(name = "AnatomyTensor")
public record TensorReply(
        @Schema(example = "layer0.attn_q") String name,
        @Schema(
                        example = "attn_wq · attn_norm",
                        description = "How it is computed; absent for parameters")
                @Nullable String formula,
        @Schema(description = "One row per position; for parameters, the rows of the matrix")
                double[][] values,
        @Schema(description = "Gradients of the loss with respect to each value")
                double[][] gradients,
        @Schema(description = "Only for parameters: Adam's first moments after the step")
                double @Nullable [][] m,
        @Schema(description = "Only for parameters: Adam's second moments after the step")
                double @Nullable [][] v,
        @Schema(description = "Only for parameters: their values after the step")
                double @Nullable [][] after) {

    public static TensorReply of(StepAnatomy.Tensor tensor) {
        StepAnatomy.Update update = tensor.update();
        return new TensorReply(
                tensor.name(),
                tensor.formula(),
                tensor.values(),
                tensor.gradients(),
                update == null ? null : update.m(),
                update == null ? null : update.v(),
                update == null ? null : update.after());
    }
}
