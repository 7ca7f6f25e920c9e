package dev.microgpt.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The directory of the store, which one process at a time may use.
final class StoreFile implements AutoCloseable {

    private final Path database;
    private final FileChannel channel;
    private final FileLock lock;

    /// @throws StoreException if the directory cannot be used
    StoreFile(Path directory) {
        database = directory.resolve("microgpt.db").toAbsolutePath();
        try {
            Files.createDirectories(directory);
            channel =
                    FileChannel.open(
                            directory.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StoreException(
                    "the directory %s cannot be written to: %s"
                            .formatted(directory.toAbsolutePath(), e),
                    "Make it writable for this user, or set microgpt.data-dir to another one;"
                            + " microgpt.store.enabled=false keeps nothing.");
        }
        lock = lock(directory);
    }

    private FileLock lock(Path directory) {
        FileLock taken = null;
        try {
            taken = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // by this very process
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (taken == null) {
            close(channel);
            throw new StoreException(
                    "the directory %s is in use by another process"
                            .formatted(directory.toAbsolutePath()),
                    "End that one, or set microgpt.data-dir to another directory.");
        }
        return taken;
    }

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
