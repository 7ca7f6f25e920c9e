package dev.microgpt.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;

/// Reserves disk space for deletes and for stopping runs: a file of [#BYTES] bytes, which is removed when
/// such a write fails because the disk is full, and created again when enough space is free.
///
/// A delete frees pages of the database, but first has to write which ones. While the file is missing, the
/// space that it gave up must be left to further writes of this kind: see [#isFilled()]. Confined to the
/// writer's thread.
final class DiskReserve implements SpaceReserve {

    private static final Logger log = LoggerFactory.getLogger(DiskReserve.class);

    static final int BYTES = 4 << 20;

    /// Free space that must be available before the file is created, so that it does not fill the disk
    /// itself.
    static final int MIN_FREE_BYTES = 3 * BYTES;

    /// How many pages the database may exceed its maximum size by, in one write.
    private static final int MAX_EXCESS_PAGES = 64;

    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    private final Path file;
    private final JdbcClient jdbc;
    private final WriteErrors errors;
    private boolean exists;
    private long nextTryNanos = System.nanoTime();

    /// @param directory the directory of the database
    DiskReserve(Path directory, JdbcClient jdbc, WriteErrors errors) {
        file = directory.resolve("reserve");
        this.jdbc = jdbc;
        this.errors = errors;
        exists = hasFullSize();
        refill();
    }

    private boolean hasFullSize() {
        try {
            return Files.exists(file) && Files.size(file) == BYTES;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public boolean isFilled() {
        return exists;
    }

    /// {@inheritDoc} The second attempt may exceed the maximum size of the database.
    @Override
    public void write(Runnable action, Consumer<Runnable> transaction) {
        try {
            transaction.accept(action);
        } catch (RuntimeException e) {
            if (!errors.isFull(e)) {
                throw e;
            }
            release();
            truncateLog();
            transaction.accept(() -> runBeyondMaxSize(action));
        }
    }

    private void release() {
        if (exists) {
            log.warn("The disk of microgpt.data-dir is full; its reserve is used");
            exists = false;
        }
        delete();
    }

    private void runBeyondMaxSize(Runnable action) {
        long maxPages = jdbc.sql("PRAGMA max_page_count").query(Long.class).single();
        setMaxPages(maxPages + MAX_EXCESS_PAGES);
        try {
            action.run();
        } finally {
            setMaxPages(maxPages);
        }
    }

    private void setMaxPages(long pages) {
        jdbc.sql("PRAGMA max_page_count = " + pages).query(Long.class).single();
    }

    private void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("The disk reserve {} cannot be deleted: {}", file, e.getMessage());
        }
    }

    /// Empties SQLite's write-ahead log, which takes space for each page written since the last checkpoint.
    private void truncateLog() {
        try {
            jdbc.sql("PRAGMA wal_checkpoint(TRUNCATE)").query().listOfRows();
        } catch (RuntimeException e) {
            log.debug("SQLite's write-ahead log could not be truncated: {}", e.getMessage());
        }
    }

    /// {@inheritDoc} Tries at most once a second.
    @Override
    public void refill() {
        if (exists || System.nanoTime() - nextTryNanos < 0) {
            return;
        }
        nextTryNanos = System.nanoTime() + RETRY_INTERVAL.toNanos();
        try {
            if (Files.getFileStore(file.getParent()).getUsableSpace() >= MIN_FREE_BYTES) {
                fill();
                exists = true;
            }
        } catch (IOException e) {
            log.debug("The disk reserve cannot be created yet: {}", e.getMessage());
            delete(); // a partial file
        }
    }

    /// Fills the file with random bytes, because zeros may take no space on a file system that compresses.
    private void fill() throws IOException {
        Random random = new Random();
        byte[] block = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int written = 0; written < BYTES; written += block.length) {
                random.nextBytes(block);
                out.write(block);
            }
        }
    }
}
