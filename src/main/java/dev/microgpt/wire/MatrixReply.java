package dev.microgpt.wire;

import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ParameterKind;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.ParameterMatrix;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The numbers of a matrix.
public record MatrixReply(
        @Schema(example = "wte") String name,
        int rows,
        int columns,
        ParameterKind kind,
        @Schema(description = "Step of the keyframe that was used") long step,
        @Schema(description = "Row by row") double[] values)
        implements CsvTable {

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

    /// Returns the numbers of the columns, counted from 0.
    @Override
    public List<String> csvColumns() {
        return IntStream.range(0, columns).mapToObj(Integer::toString).toList();
    }

    /// Returns the rows of the matrix.
    @Override
    public Stream<List<@Nullable Object>> csvRows() {
        return IntStream.range(0, rows)
                .mapToObj(
                        row -> {
                            List<@Nullable Object> cells = new ArrayList<>(columns);
                            for (int i = 0; i < columns; i++) {
                                cells.add(values[row * columns + i]);
                            }
                            return cells;
                        });
    }
}
