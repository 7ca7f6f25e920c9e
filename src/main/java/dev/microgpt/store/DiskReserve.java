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

/// Room on the disk that is held back for deletes: a file that is given up when a delete fails for want
/// of room, and is made again when there is enough.
///
/// A delete frees pages of the database, but has to write down first which. Used by the thread that
/// writes alone.
final class DiskReserve {

    private static final Logger log = LoggerFactory.getLogger(DiskReserve.class);

    static final int BYTES = 4 << 20;

    /// It is not made of the last room that there is.
    private static final int ROOM_NEEDED = 3 * BYTES;

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private final Path file;
    private final JdbcClient jdbc;
    private boolean isThere;
    private long nextTryNanos = System.nanoTime();

    /// @param directory of the database
    DiskReserve(Path directory, JdbcClient jdbc) {
        file = directory.resolve("reserve");
        this.jdbc = jdbc;
        isThere = hasSize();
        refill();
    }

    private boolean hasSize() {
        try {
            return Files.exists(file) && Files.size(file) == BYTES;
        } catch (IOException _) {
            return false;
        }
    }

    /// Writes something. What makes room gets the reserve, and a second try, where there is too little room
    /// to write it.
    ///
    /// @param write a whole transaction
    void write(Runnable write, boolean makesRoom) {
        try {
            write.run();
        } catch (RuntimeException e) {
            if (!makesRoom || !StoreErrors.isForWantOfRoom(e) || !giveUp()) {
                throw e;
            }
            log.warn("The disk of microgpt.data-dir is full; its reserve is used to delete");
            truncateLog();
            write.run();
        }
    }

    private boolean giveUp() {
        boolean wasThere = isThere;
        isThere = false;
        delete();
        return wasThere;
    }

    private void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("The reserve {} cannot be given up: {}", file, e.getMessage());
        }
    }

    /// SQLite's log takes room for each page that was written since it was last copied into the database.
    private void truncateLog() {
        try {
            jdbc.sql("PRAGMA wal_checkpoint(TRUNCATE)").query().listOfRows();
        } catch (RuntimeException e) {
            log.debug("SQLite's log stays as it is: {}", e.getMessage());
        }
    }

    /// Makes it again where it was given up and there is enough room; to be called after each write.
    void refill() {
        if (isThere || System.nanoTime() - nextTryNanos < 0) {
            return;
        }
        nextTryNanos = System.nanoTime() + BETWEEN_TRIES.toNanos();
        try {
            if (Files.getFileStore(file.getParent()).getUsableSpace() >= ROOM_NEEDED) {
                fill();
                isThere = true;
            }
        } catch (IOException e) {
            log.debug("There is no reserve yet: {}", e.getMessage());
            delete(); // what there is of it
        }
    }

    /// With noise: zeros may take no room on a disk that compresses.
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
