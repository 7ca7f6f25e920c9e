package dev.microgpt.session.query;

import dev.microgpt.engine.Matrix;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.util.Arrays;
import java.util.List;

/// The values of one parameter matrix.
///
/// @param matrix the name and shape of the matrix
/// @param values the values row by row, (rows * columns)
public record ParameterMatrix(Matrix matrix, double[] values) {

    /// Copies the values of a matrix.
    ///
    /// @param all the values of all matrices, (numParams)
    public static ParameterMatrix of(Matrix matrix, double[] all) {
        int end = matrix.offset() + matrix.size();
        return new ParameterMatrix(matrix, Arrays.copyOfRange(all, matrix.offset(), end));
    }

    /// Returns the matrix with a name.
    ///
    /// @param matrices those of a model
    /// @throws SessionException `not_found`
    public static Matrix find(List<Matrix> matrices, String name) {
        return matrices.stream()
                .filter(matrix -> matrix.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new SessionException(
                                        ErrorCode.NOT_FOUND,
                                        "the model has no matrix '" + name + "'",
                                        "matrix",
                                        name));
    }
}
