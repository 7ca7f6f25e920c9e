package dev.microgpt.wire;

import dev.microgpt.engine.Matrix;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Stream;

/// The matrices of a model, in the order of its parameters.
public record MatricesReply(List<MatrixShape> matrices) implements CsvTable {

    public static MatricesReply of(List<Matrix> matrices) {
        return new MatricesReply(matrices.stream().map(MatrixShape::of).toList());
    }

    @Override
    public List<String> csvColumns() {
        return List.of("name", "rows", "columns");
    }

    @Override
    public Stream<List<@Nullable Object>> csvRows() {
        return matrices.stream()
                .map(matrix -> List.of(matrix.name(), matrix.rows(), matrix.columns()));
    }
}
