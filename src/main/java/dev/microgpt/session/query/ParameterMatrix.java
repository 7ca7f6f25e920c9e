package dev.microgpt.session.query;

import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.util.Arrays;

/// The numbers of one parameter matrix.
///
/// @param matrix its name and shape
/// @param values row by row, (rows * columns)
public record ParameterMatrix(Matrix matrix, double[] values) {

    /// @param all of all matrices, (numParams)
    public static ParameterMatrix of(Matrix matrix, double[] all) {
        int end = matrix.offset() + matrix.size();
        return new ParameterMatrix(matrix, Arrays.copyOfRange(all, matrix.offset(), end));
    }

    /// The matrix of that name.
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
