package dev.microgpt.store;

import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/// Checks that the rows of a database are those that were written.
final class ContentCheck {

    /// The columns that hold packed bytes, which carry a checksum.
    private static final List<Column> PACKED_COLUMNS =
            List.of(
                    new Column("save", "past"),
                    new Column("save", "runs"),
                    new Column("save", "random"),
                    new Column("save", "weights"),
                    new Column("save", "loss_summary"),
                    new Column("continuation", "random"),
                    new Column("keyframe", "weights"),
                    new Column("loss", "losses"),
                    new Column("change", "body"));

    private record Column(String table, String name) {

        String query() {
            return """
            SELECT session.name AS session, %1$s.%2$s AS packed
            FROM %1$s JOIN session ON session.epoch = %1$s.epoch
            WHERE %1$s.%2$s IS NOT NULL"""
                    .formatted(table, name);
        }

        void requireIntact(ResultSet row) throws SQLException {
            byte[] packed = row.getBytes("packed");
            DamagedException.withLocation(
                    "session '%s', %s of %s".formatted(row.getString("session"), name, table),
                    () -> PackedNumbers.bytes(packed));
        }
    }

    private final JdbcClient jdbc;

    ContentCheck(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Checks the options of every session, whatever the database's size: a single unreadable one would make
    /// the list of sessions unreadable.
    ///
    /// @throws DamagedException if the options of a session cannot be read
    void requireOptions() {
        RowCallbackHandler read =
                row -> {
                    String options = row.getString("options");
                    DamagedException.withLocation(
                            "session '%s'".formatted(row.getString("name")),
                            () -> StoredOptions.read(options));
                };
        jdbc.sql("SELECT name, options FROM session").query(read);
    }

    private boolean exists(String table) {
        return jdbc.sql("SELECT count(*) FROM sqlite_master WHERE name = ?")
                        .param(table)
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /// Checks, in SQLite, the checksums of everything that has one, and the digests of the training texts. Reads the whole
    /// database.
    ///
    /// @throws DamagedException if one does not match
    void requireChecksums() {
        for (Column column : PACKED_COLUMNS) {
            if (!exists(column.table)) {
                continue; // in the database of an earlier version, which is checked before it is
                // migrated
            }
            jdbc.sql(column.query()).query((RowCallbackHandler) column::requireIntact);
        }
        DocumentTable documents = new DocumentTable(jdbc, false);
        List<String> digests =
                jdbc.sql("SELECT digest FROM document").query((row, _) -> row.getString(1)).list();
        digests.forEach(digest -> documents.load(digest, null));
    }
}
