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
        @Schema(description = "Steps trained before it: the step of the keyframe used") long step,
        @Schema(description = "Number of the step itself, counted from 1") long trains,
        @Schema(description = "Numbers in the whole graph") int numNodes,
        @Schema(description = "Id of the number where the walk starts") int node,
        Graph.Direction direction,
        @Schema(description = "In breadth-first order") List<Node> nodes,
        @Schema(description = "Pass it as cursor for the next page; absent on the last one")
                @Nullable Integer nextCursor) {

    /// One number.
    @Schema(name = "AnatomyNode")
    public record Node(
            @Schema(
                            description =
                                    "The same in all responses about this step. Operands have smaller ids"
                                            + " than the numbers computed from them")
                    int id,
            @Schema(
                            description =
                                    "Tensor that contains it; absent for intermediate results and constants")
                    @Nullable String tensor,
            @Nullable Integer row,
            @Nullable Integer column,
            @Schema(description = "Operation that computed it; leaf for an input") Op op,
            @Schema(description = "Exponent of a power") @Nullable Double exponent,
            double value,
            @Schema(description = "Gradient of the loss with respect to this number")
                    double gradient,
            List<Operand> operands,
            @Schema(description = "How many numbers have it as an operand") int uses,
            @Schema(description = "Adam's update, if it is a parameter")
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

    /// A number that another one was computed from.
    @Schema(name = "AnatomyOperand")
    public record Operand(
            int id,
            @Schema(
                            description =
                                    "Derivative of the number with respect to this operand. Multiplied by"
                                            + " the number's gradient, it is the number's contribution"
                                            + " to the operand's gradient")
                    double localGradient) {}

    public static GraphReply of(
            AsOf<AnatomyResult> result, int id, Graph.Direction direction, int cursor, int limit) {
        StepAnatomy anatomy = result.value().anatomy();
        int[] ids = anatomy.graph().walk(id, direction, cursor, limit + 1);
        boolean isLast = ids.length <= limit;
        return new GraphReply(
                result.step(),
                result.value().training().step(),
                anatomy.graph().size(),
                id,
                direction,
                Arrays.stream(ids).limit(limit).mapToObj(i -> Node.of(anatomy, i)).toList(),
                isLast ? null : cursor + limit);
    }
}
