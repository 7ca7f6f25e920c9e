package dev.microgpt.verification.cluster;

import dev.microgpt.verification.support.ServiceProcess;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A node of the cluster: a process that is killed, drained and started again. Started and stopped by one thread,
/// asked for its state by all.
final class ClusterNode implements AutoCloseable {

    private static final int HEAP_MB = 256;

    private final int index;
    private final String host;
    private final int port;
    private final Pattern idInLog;
    private final List<String> wrapper;
    private final List<String> options;
    private final Path log;
    private volatile @Nullable ServiceProcess process;

    /// Whether calls may be sent to it.
    private volatile boolean isOpen;

    /// Whether it has been told to end, or has not started yet, so that connections to it may break.
    private volatile boolean isFragile = true;

    private volatile long soundSince;
    private volatile String id = "";

    /// @param host the address at which clients reach it
    /// @param forwardPort the port at which other nodes reach it
    /// @param wrapper a command that executes the one after it
    /// @param options of the service
    ClusterNode(
            int index,
            String host,
            int port,
            int forwardPort,
            List<String> wrapper,
            List<String> options,
            Path log) {
        this.index = index;
        this.host = host;
        this.port = port;
        idInLog =
                Pattern.compile(
                        "Node\\[id=([0-9a-f-]+), host=[^,]*, forwardPort=%d]"
                                .formatted(forwardPort));
        this.wrapper = wrapper;
        this.options = options;
        this.log = log;
    }

    int index() {
        return index;
    }

    /// Returns the host and port for clients.
    String authority() {
        return host + ":" + port;
    }

    /// Returns the id under which the current process owns partitions.
    String id() {
        return id;
    }

    Path log() {
        return log;
    }

    boolean isOpen() {
        return isOpen;
    }

    /// Returns whether a connection that was opened at a time should not have broken.
    ///
    /// @param since the time as given by [System#nanoTime()]
    boolean wasSound(long since) {
        return !isFragile && soundSince - since <= 0;
    }

    /// Starts the process and waits until it accepts calls.
    void start() throws IOException, InterruptedException {
        ServiceProcess started = ServiceProcess.launch(wrapper, HEAP_MB, log, options);
        process = started;
        started.awaitStart();
        id = readId();
        soundSince = System.nanoTime();
        isFragile = false;
        isOpen = true;
    }

    /// Reads the id from the log, where the last one is that of the current process.
    private String readId() throws IOException {
        Matcher matcher = idInLog.matcher(Files.readString(log, StandardCharsets.UTF_8));
        String last = "";
        while (matcher.find()) {
            last = matcher.group(1);
        }
        if (last.isEmpty()) {
            throw new IOException("%s has not logged its id; see %s".formatted(this, log));
        }
        return last;
    }

    private ServiceProcess running() {
        ServiceProcess current = process;
        if (current == null) {
            throw new IllegalStateException("node %d does not run".formatted(index));
        }
        return current;
    }

    /// Returns whether the process has ended although nobody has told it to.
    boolean hasCrashed() {
        ServiceProcess current = process;
        return !isFragile && current != null && !current.isAlive();
    }

    void kill() throws IOException, InterruptedException {
        isFragile = true;
        isOpen = false;
        running().kill();
    }

    /// Stops the process in an orderly way.
    ///
    /// @return whether it has ended in time; if not, it is killed
    boolean drain(Duration timeout) throws IOException, InterruptedException {
        isFragile = true;
        running().requestStop();
        boolean hasEnded = running().awaitExit(timeout);
        isOpen = false;
        running().kill();
        return hasEnded;
    }

    @Override
    public void close() {
        isFragile = true;
        isOpen = false;
        ServiceProcess current = process;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public String toString() {
        return "node " + index;
    }
}
