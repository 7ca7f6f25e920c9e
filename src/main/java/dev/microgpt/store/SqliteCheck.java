package dev.microgpt.store;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Checks at startup that a database file of SQLite is intact, before anything is written to it.
final class SqliteCheck {

    /// Size below which the whole database is checked. A larger one would take too long; damage in it is
    /// detected when the damaged part is read.
    private static final long FULL_CHECK_LIMIT_BYTES = 256L << 20;

    /// Offsets in SQLite's file header, whose integers are big-endian.
    private static final int PAGE_SIZE_OFFSET = 16;

    private static final int PAGE_COUNT_OFFSET = 28;
    private static final int HEADER_BYTES = 100;

    private final Path file;
    private final JdbcClient jdbc;

    SqliteCheck(Path file, JdbcClient jdbc) {
        this.file = file;
        this.jdbc = jdbc;
    }

    /// Checks the length of the file and the options of all sessions, and, below 256 MB, also the structure
    /// and the checksums.
    ///
    /// @throws StoreException if the database is damaged
    void requireIntact() {
        try {
            requireLength();
            boolean isSmall = Files.exists(file) && Files.size(file) < FULL_CHECK_LIMIT_BYTES;
            if (isSmall) {
                requireStructure();
            }
            if (!Files.exists(file) || !hasTables()) {
                return;
            }
            ContentCheck content = new ContentCheck(jdbc);
            content.requireOptions();
            if (isSmall) {
                content.requireChecksums();
            }
        } catch (DamagedException | DataAccessException | IOException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    /// Rejects a truncated file. With a write-ahead log, nothing is checked: the log may hold the end.
    private void requireLength() throws IOException {
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        if (!Files.exists(file) || (Files.exists(log) && Files.size(log) > 0)) {
            return;
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.read(header) < HEADER_BYTES) {
                return; // an empty file, or no database at all, which SQLite detects
            }
        }
        long pageSize = Short.toUnsignedInt(header.getShort(PAGE_SIZE_OFFSET));
        long bytes = Integer.toUnsignedLong(header.getInt(PAGE_COUNT_OFFSET)) * pageSize;
        if (Files.size(file) < bytes) {
            throw new DamagedException(
                    "the file has %d bytes, but its header says %d"
                            .formatted(Files.size(file), bytes));
        }
    }

    private void requireStructure() {
        List<String> findings =
                jdbc.sql("PRAGMA quick_check(1)").query((row, _) -> row.getString(1)).list();
        if (!findings.equals(List.of("ok"))) {
            throw new DamagedException(String.join("; ", findings));
        }
    }

    private boolean hasTables() {
        return jdbc.sql("SELECT COUNT(*) FROM sqlite_master WHERE name = 'change'")
                        .query(Integer.class)
                        .single()
                > 0;
    }

    private StoreException damaged(String finding) {
        return new StoreException(
                "the database %s is damaged: %s".formatted(file, finding),
                "The file has not been changed. Restore the directory from a backup, or repair the"
                        + " database with sqlite3's .recover command. To start without sessions, move"
                        + " the file away or set microgpt.data-dir to another directory.");
    }
}
