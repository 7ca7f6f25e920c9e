package dev.microgpt.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A file system of a few megabytes in memory (tmpfs).
final class SmallDisk implements AutoCloseable {

    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /// Mounts a file system, or skips the test if it lacks the rights to do so.
    ///
    /// @param size the size in the syntax of mount, such as `24m`
    static SmallDisk mount(Path directory, String size) throws IOException {
        Files.createDirectories(directory);
        boolean isMounted =
                run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory.toString());
        assumeTrue(isMounted, "mounting a file system takes rights that this test does not have");
        return new SmallDisk(directory);
    }

    private static boolean run(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (IOException _) {
            return false; // no such command on this system
        }
    }

    private Path ballast() {
        return directory.resolve("ballast");
    }

    /// Writes a file that takes all remaining space.
    void fill() throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast())) {
            while (true) {
                out.write(block);
            }
        } catch (IOException _) {
            // the disk is full
        }
    }

    /// Deletes the file that [#fill] has written.
    void empty() throws IOException {
        Files.delete(ballast());
    }

    @Override
    public void close() throws IOException {
        run("umount", "--lazy", directory.toString());
    }
}
