package dev.microgpt.wire;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Stream;

/// A reply that is sent as CSV to clients that accept that type.
public interface CsvTable {

    /// Returns the names of the columns, which are those of the fields in JSON.
    List<String> csvColumns();

    /// Returns the rows, each of which is made when it is read. A row has a value for each column: text, number, truth
    /// value, time or constant; null for none.
    Stream<List<@Nullable Object>> csvRows();
}
