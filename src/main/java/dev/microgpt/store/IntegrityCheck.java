package dev.microgpt.store;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/// Checks that a database is whole before anything is done with it.
final class IntegrityCheck {

    /// Up to here all of it is looked at; beyond, that would take too long, and what is damaged is noticed
    /// when it is read.
    private static final long SMALL = 256L << 20;

    /// Where SQLite has the size of a page and the number of pages, most significant byte first.
    private static final int PAGE_SIZE_AT = 16;

    private static final int PAGES_AT = 28;
    private static final int HEADER_BYTES = 100;

    /// Columns of packed bytes.
    private static final List<Column> PACKED =
            List.of(
                    new Column("save", "past"),
                    new Column("save", "runs"),
                    new Column("save", "random"),
                    new Column("save", "weights"),
                    new Column("save", "loss_summary"),
                    new Column("keyframe", "weights"),
                    new Column("loss", "losses"),
                    new Column("change", "body"));

    private record Column(String table, String name) {

        String query() {
            return """
            SELECT session.name AS session, %s.%s AS packed
            FROM %1$s JOIN session ON session.epoch = %1$s.epoch
            WHERE packed IS NOT NULL"""
                    .formatted(table, name);
        }

        void requireWhole(ResultSet row) throws SQLException {
            byte[] packed = row.getBytes("packed");
            DamagedException.in(
                    "session '%s', %s of %s".formatted(row.getString("session"), name, table),
                    () -> PackedNumbers.bytes(packed));
        }
    }

    private final Path file;
    private final JdbcClient jdbc;

    IntegrityCheck(Path file, JdbcClient jdbc) {
        this.file = file;
        this.jdbc = jdbc;
    }

    /// @throws StoreException if the database is damaged
    void requireWhole() {
        try {
            requireLength();
            boolean isSmall = Files.exists(file) && Files.size(file) < SMALL;
            if (isSmall) {
                requireStructure();
            }
            if (!Files.exists(file) || !isFilled()) {
                return;
            }
            requireOptions();
            if (isSmall) {
                requireChecksums();
            }
        } catch (DamagedException | DataAccessException | IOException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    /// A file that was cut off. Where there is a log, the end may be in that.
    private void requireLength() throws IOException {
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        if (!Files.exists(file) || (Files.exists(log) && Files.size(log) > 0)) {
            return;
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.read(header) < HEADER_BYTES) {
                return; // empty, or something else, which SQLite will notice
            }
        }
        long pageSize = Short.toUnsignedInt(header.getShort(PAGE_SIZE_AT));
        long bytes = Integer.toUnsignedLong(header.getInt(PAGES_AT)) * pageSize;
        if (Files.size(file) < bytes) {
            throw new DamagedException(
                    "it has %d bytes, but should have %d".formatted(Files.size(file), bytes));
        }
    }

    private void requireStructure() {
        List<String> findings =
                jdbc.sql("PRAGMA quick_check(1)").query((row, _) -> row.getString(1)).list();
        if (!findings.equals(List.of("ok"))) {
            throw new DamagedException(String.join("; ", findings));
        }
    }

    private boolean isFilled() {
        return jdbc.sql("SELECT COUNT(*) FROM sqlite_master WHERE name = 'change'")
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /// Lists of sessions have them.
    private void requireOptions() {
        RowCallbackHandler read =
                row -> {
                    String options = row.getString("options");
                    DamagedException.in(
                            "session '%s'".formatted(row.getString("name")),
                            () -> StoredOptions.read(options));
                };
        jdbc.sql("SELECT name, options FROM session").query(read);
    }

    private void requireChecksums() {
        for (Column column : PACKED) {
            jdbc.sql(column.query()).query((RowCallbackHandler) column::requireWhole);
        }
        DocumentTable documents = new DocumentTable(jdbc);
        List<String> digests =
                jdbc.sql("SELECT digest FROM document").query((row, _) -> row.getString(1)).list();
        digests.forEach(documents::load);
    }

    private StoreException damaged(String finding) {
        return new StoreException(
                "the store %s is damaged: %s".formatted(file, finding),
                "Nothing has been changed in it. Put back a copy of the directory, or repair it with"
                        + " sqlite3's .recover; or move it away, or set microgpt.data-dir to another"
                        + " directory, to start without sessions.");
    }
}
