package dev.microgpt.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.nio.file.Path;
import java.util.List;

/// Looks whether a database is whole before anything is done with it.
final class Inspection {

    private static final Logger log = LoggerFactory.getLogger(Inspection.class);

    /// Up to here all checksums are looked at as well; beyond, a session's when it is first used.
    private static final long SMALL = 256L << 20;

    /// Columns of packed bytes.
    private static final List<String> PACKED =
            List.of(
                    "SELECT past FROM save",
                    "SELECT runs FROM save",
                    "SELECT random FROM save WHERE random IS NOT NULL",
                    "SELECT weights FROM save WHERE weights IS NOT NULL",
                    "SELECT loss_summary FROM save WHERE loss_summary IS NOT NULL",
                    "SELECT weights FROM keyframe",
                    "SELECT losses FROM loss",
                    "SELECT body FROM change");

    private final Path file;
    private final JdbcClient jdbc;

    Inspection(Path file, JdbcClient jdbc) {
        this.file = file;
        this.jdbc = jdbc;
    }

    /// @throws StoreException if the database is damaged
    void requireWhole() {
        long start = System.nanoTime();
        try {
            List<String> findings =
                    jdbc.sql("PRAGMA quick_check(1)").query((row, _) -> row.getString(1)).list();
            if (!findings.equals(List.of("ok"))) {
                throw damaged(String.join("; ", findings));
            }
            if (file.toFile().length() < SMALL && isFilled()) {
                requireChecksums();
            }
        } catch (DamagedException | DataAccessException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
        log.debug("Looked through {} in {} ms", file, (System.nanoTime() - start) / 1_000_000);
    }

    private boolean isFilled() {
        return jdbc.sql("SELECT COUNT(*) FROM sqlite_master WHERE name = 'change'")
                        .query(Integer.class)
                        .single()
                > 0;
    }

    private void requireChecksums() {
        for (String query : PACKED) {
            RowCallbackHandler open = row -> Packed.bytes(row.getBytes(1));
            jdbc.sql(query).query(open);
        }
        Documents documents = new Documents(jdbc);
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
