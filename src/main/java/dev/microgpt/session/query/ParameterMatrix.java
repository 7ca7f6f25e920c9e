package dev.microgpt.session.query;

import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.util.Arrays;

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
    /// @throws SessionException `not_found`
    public static Matrix find(MicroGpt model, String name) {
        return model.matrices().stream()
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
