package dev.microgpt.session;

import dev.microgpt.engine.Matrix;

import java.util.Arrays;

/// The numbers of one parameter matrix.
///
/// @param matrix its name and shape
/// @param values row by row, (rows * columns)
public record ParameterMatrix(Matrix matrix, double[] values) {

    /// @param all of all matrices, (numParams)
    static ParameterMatrix of(Matrix matrix, double[] all) {
        int end = matrix.offset() + matrix.size();
        return new ParameterMatrix(matrix, Arrays.copyOfRange(all, matrix.offset(), end));
    }
}
