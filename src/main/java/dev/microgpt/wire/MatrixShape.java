package dev.microgpt.wire;

import dev.microgpt.engine.Matrix;

import io.swagger.v3.oas.annotations.media.Schema;

/// The name and shape of a matrix.
public record MatrixShape(@Schema(example = "wte") String name, int rows, int columns) {

    public static MatrixShape of(Matrix matrix) {
        return new MatrixShape(matrix.name(), matrix.rows(), matrix.columns());
    }
}
