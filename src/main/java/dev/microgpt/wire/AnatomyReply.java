package dev.microgpt.wire;

import dev.microgpt.engine.EngineAgreement;
import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.session.query.AnatomyResult;
import dev.microgpt.session.query.AsOf;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// One training step, taken apart.
@Schema(name = "Anatomy")
public record AnatomyReply(
        @Schema(description = "steps trained before it: of the keyframe that answered") long step,
        @Schema(description = "the step itself, counted from 1") long trains,
        @Schema(description = "all documents of the batch", example = "[\"emma\"]")
                List<String> docs,
        @Schema(description = "which of them is looked at") int document,
        @Schema(description = "what is read of it, and what comes next after the last")
                int[] tokens,
        @Schema(description = "in nats, the mean over the documents") double loss,
        double learningRate,
        @Schema(description = "numbers in the graph") int numNodes,
        @Schema(description = "how far the two engines agree") EngineAgreement agreement,
        @Schema(description = "what is computed, in the order of computing")
                List<TensorReply> tensors,
        @Schema(description = "parameters, whose numbers are to be asked for one by one")
                List<MatrixShape> parameters) {

    public static AnatomyReply of(AsOf<AnatomyResult> answer, EngineAgreement agreement) {
        AnatomyResult apart = answer.value();
        StepAnatomy anatomy = apart.anatomy();
        return new AnatomyReply(
                answer.step(),
                apart.training().step(),
                apart.training().documents(),
                apart.document(),
                apart.training().tokens(apart.document()),
                anatomy.batchLoss(),
                anatomy.learningRate(),
                anatomy.graph().size(),
                agreement,
                anatomy.activations().stream().map(TensorReply::of).toList(),
                anatomy.matrices().stream().map(MatrixShape::of).toList());
    }
}
