package dev.microgpt.wire;

import dev.microgpt.engine.Matrix;

import java.util.List;

/// The matrices of a model, in the order of its parameters.
public record MatricesReply(List<MatrixShape> matrices) {

    public static MatricesReply of(List<Matrix> matrices) {
        return new MatricesReply(matrices.stream().map(MatrixShape::of).toList());
    }
}
