package dev.microgpt.wire;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.SequenceWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvSchema;

import java.io.OutputStream;
import java.time.Instant;
import java.util.List;

/// Writes CSV (RFC 4180, with a header line) whose values look as they do in JSON.
public final class Csv {

    public static final String MEDIA_TYPE = "text/csv";

    /// Without the flush of each row, which would send a packet.
    private static final CsvMapper MAPPER =
            CsvMapper.builder().disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE).build();

    private Csv() {}

    /// Returns a writer of rows, which has written the header. Its user flushes it and need not close it.
    ///
    /// @param columns the names of the columns, all different
    public static SequenceWriter writer(List<String> columns, OutputStream out) {
        CsvSchema.Builder schema = CsvSchema.builder();
        columns.forEach(schema::addColumn);
        SequenceWriter writer = MAPPER.writer(schema.build()).writeValues(out);
        writer.write(columns);
        return writer;
    }

    /// Writes a table.
    public static void write(CsvTable table, OutputStream out) {
        SequenceWriter writer = writer(table.csvColumns(), out);
        table.csvRows().forEachOrdered(row -> writer.write(row.stream().map(Csv::cell).toList()));
        writer.flush();
    }

    /// Returns how a value is written; empty where JSON has null or nothing.
    private static Object cell(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Double number when !Double.isFinite(number) -> "";
            case Enum<?> constant -> EnumNames.lowerCase(constant);
            case Instant time -> time.toString();
            default -> value;
        };
    }
}
