package dev.microgpt.wire;

import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ParameterKind;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.ParameterMatrix;

import io.swagger.v3.oas.annotations.media.Schema;

/// The numbers of a matrix.
public record MatrixReply(
        @Schema(example = "wte") String name,
        int rows,
        int columns,
        ParameterKind kind,
        @Schema(description = "Step of the keyframe that was used") long step,
        @Schema(description = "Row by row") double[] values) {

    public static MatrixReply of(ParameterKind kind, AsOf<ParameterMatrix> parameters) {
        Matrix matrix = parameters.value().matrix();
        return new MatrixReply(
                matrix.name(),
                matrix.rows(),
                matrix.columns(),
                kind,
                parameters.step(),
                parameters.value().values());
    }
}
