package dev.microgpt.wire;

import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.engine.scalar.Graph;
import dev.microgpt.engine.scalar.Op;
import dev.microgpt.engine.scalar.Value;
import dev.microgpt.session.query.AnatomyResult;
import dev.microgpt.session.query.AsOf;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A page of the numbers around one number of a training step.
@Schema(name = "AnatomyGraph")
public record GraphReply(
        @Schema(description = "steps trained before it: of the keyframe that answered") long step,
        @Schema(description = "the step itself, counted from 1") long trains,
        @Schema(description = "numbers in the whole graph") int numNodes,
        @Schema(description = "the number that the walk began at") int node,
        Graph.Direction direction,
        @Schema(description = "breadth first") List<Node> nodes,
        @Schema(description = "for the next page; absent on the last one")
                @Nullable Integer nextCursor) {

    /// One number.
    @Schema(name = "AnatomyNode")
    public record Node(
            @Schema(
                            description =
                                    "the same in any answer about this step; operands have smaller ids"
                                            + " than what is computed from them")
                    int id,
            @Schema(description = "where it lies; absent for what is in between, and for constants")
                    @Nullable String tensor,
            @Nullable Integer row,
            @Nullable Integer column,
            @Schema(description = "how it was computed; a leaf was not") Op op,
            @Schema(description = "of a power") @Nullable Double exponent,
            double value,
            @Schema(description = "of the loss with respect to this number") double gradient,
            List<Operand> operands,
            @Schema(description = "how many numbers have it as an operand") int uses,
            @Schema(description = "what Adam makes of it, if it is a parameter")
                    StepAnatomy.@Nullable ParameterUpdate update) {

        static Node of(StepAnatomy anatomy, int id) {
            Graph graph = anatomy.graph();
            Value value = graph.node(id);
            StepAnatomy.Location place = anatomy.location(id);
            int[] operands = graph.operands(id);
            List<Operand> edges = new ArrayList<>();
            for (int i = 0; i < operands.length; i++) {
                edges.add(new Operand(operands[i], value.localGrad(i)));
            }
            return new Node(
                    id,
                    place == null ? null : place.tensor(),
                    place == null ? null : place.row(),
                    place == null ? null : place.column(),
                    value.op(),
                    value.op() == Op.POW ? value.exponent() : null,
                    value.data(),
                    value.grad(),
                    edges,
                    graph.numUses(id),
                    anatomy.update(id));
        }
    }

    /// What a number was computed from.
    @Schema(name = "AnatomyOperand")
    public record Operand(
            int id,
            @Schema(
                            description =
                                    "derivative of the number with respect to this operand alone: times"
                                            + " the gradient of the number, it is what the operand's"
                                            + " gradient gets from it")
                    double localGradient) {}

    public static GraphReply of(
            AsOf<AnatomyResult> answer, int id, Graph.Direction direction, int cursor, int limit) {
        StepAnatomy anatomy = answer.value().anatomy();
        int[] ids = anatomy.graph().walk(id, direction, cursor, limit + 1);
        boolean isLast = ids.length <= limit;
        return new GraphReply(
                answer.step(),
                answer.value().training().step(),
                anatomy.graph().size(),
                id,
                direction,
                Arrays.stream(ids).limit(limit).mapToObj(i -> Node.of(anatomy, i)).toList(),
                isLast ? null : cursor + limit);
    }
}
