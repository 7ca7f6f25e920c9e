package dev.microgpt.wire;

import dev.microgpt.engine.EngineAgreement;
import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.session.query.AnatomyResult;
import dev.microgpt.session.query.AsOf;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// One training step, dissected.
@Schema(name = "Anatomy")
public record AnatomyReply(
        @Schema(description = "Steps trained before it: the step of the keyframe used") long step,
        @Schema(description = "Number of the step itself, counted from 1") long trains,
        @Schema(description = "All documents of the batch", example = "[\"emma\"]")
                List<String> docs,
        @Schema(description = "Index of the dissected document") int document,
        @Schema(
                        description =
                                "Tokens read from the document, followed by the target of the last one")
                int[] tokens,
        @Schema(description = "Mean over the documents, in nats") double loss,
        double learningRate,
        @Schema(description = "Numbers in the graph") int numNodes,
        @Schema(description = "How closely the two engines agree") EngineAgreement agreement,
        @Schema(description = "Computed tensors, in order of computation")
                List<TensorReply> tensors,
        @Schema(description = "Parameter matrices, whose numbers are returned one tensor at a time")
                List<MatrixShape> parameters) {

    public static AnatomyReply of(AsOf<AnatomyResult> asOf, EngineAgreement agreement) {
        AnatomyResult result = asOf.value();
        StepAnatomy anatomy = result.anatomy();
        return new AnatomyReply(
                asOf.step(),
                result.training().step(),
                result.training().documents(),
                result.document(),
                result.training().tokens(result.document()),
                anatomy.batchLoss(),
                anatomy.learningRate(),
                anatomy.graph().size(),
                agreement,
                anatomy.activations().stream().map(TensorReply::of).toList(),
                anatomy.matrices().stream().map(MatrixShape::of).toList());
    }
}
