package dev.microgpt.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The directory of the store, locked so that only one process at a time uses it.
final class DataDirectory implements AutoCloseable {

    /// The file of the database in a directory.
    static final String DATABASE = "microgpt.db";

    private final Path database;
    private final FileChannel channel;
    private final FileLock lock;

    /// Creates the directory if it does not exist, and locks it.
    ///
    /// @throws StoreException if the directory is not writable or in use by another process
    DataDirectory(Path directory) {
        database = directory.resolve(DATABASE).toAbsolutePath();
        try {
            Files.createDirectories(directory);
            channel =
                    FileChannel.open(
                            directory.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StoreException(
                    "the directory %s is not writable: %s".formatted(directory.toAbsolutePath(), e),
                    "Make it writable for this user, or set microgpt.data-dir to another directory."
                            + " To run without persistence, set microgpt.store.enabled=false.");
        }
        lock = lock(directory);
    }

    private FileLock lock(Path directory) {
        FileLock acquired = null;
        try {
            acquired = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // locked by this process
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (acquired == null) {
            close(channel);
            throw new StoreException(
                    "the directory %s is in use by another process"
                            .formatted(directory.toAbsolutePath()),
                    "Stop the other process, or set microgpt.data-dir to another directory.");
        }
        return acquired;
    }

    /// Returns the path of the database file, which need not exist yet.
    Path database() {
        return database;
    }

    @Override
    public void close() {
        try {
            lock.release();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            close(channel);
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
