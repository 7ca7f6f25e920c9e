package dev.microgpt.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.sql.DataSource;

/// A PostgreSQL server in processes of its own, which can be restarted with the same data and port.
public final class PostgresServer implements AutoCloseable {

    private static final int STOP_SECONDS = 30;

    /// How the server stops, with the signal that asks for it.
    public enum StopMode {
        /// Rolls back what is in progress, and disconnects all clients.
        FAST("INT"),
        /// Aborts, so that the next start recovers as after a crash.
        IMMEDIATE("QUIT");

        private final String signal;

        StopMode(String signal) {
            this.signal = signal;
        }
    }

    private final Path data;
    private final int port;
    private final String addresses;
    private volatile EmbeddedPostgres server;

    private PostgresServer(Path data, int port, String addresses) throws IOException {
        this.data = data;
        this.port = port;
        this.addresses = addresses;
        LoggingSystem.get(PostgresServer.class.getClassLoader())
                .setLogLevel(EmbeddedPostgres.class.getPackageName(), LogLevel.OFF);
        server = launch(data, port, addresses);
    }

    /// Starts a server with a new, empty database.
    ///
    /// @param data a directory that does not exist yet
    /// @param address at which it listens, besides the loopback interface
    public static PostgresServer start(Path data, int port, String address) throws IOException {
        String loopback = "127.0.0.1";
        return new PostgresServer(
                data, port, address.equals(loopback) ? loopback : loopback + "," + address);
    }

    private static EmbeddedPostgres launch(Path data, int port, String addresses)
            throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setDataDirectoryCustomizer(PostgresServer::allowNamespaces)
                .setPort(port)
                .setServerConfig("listen_addresses", addresses)
                .setServerConfig("max_connections", "100")
                // off by default in the embedded server, which then loses what it has confirmed
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("fsync", "on")
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
    }

    private static void allowNamespaces(File directory) {
        try {
            Path file = directory.toPath().resolve("pg_hba.conf");
            String rule = "host all all 10.77.0.0/16 trust\n";
            if (!Files.readString(file, StandardCharsets.UTF_8).contains(rule)) {
                Files.writeString(file, rule, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the URL for nodes that reach the server at an address.
    public String url(String address) {
        return "jdbc:postgresql://%s:%d/postgres?user=postgres".formatted(address, port);
    }

    /// Stops the server.
    ///
    /// @throws IOException if it does not end in time
    public void stop(StopMode mode) throws IOException, InterruptedException {
        List<String> lines =
                Files.readAllLines(data.resolve("postmaster.pid"), StandardCharsets.UTF_8);
        long pid = Long.parseLong(lines.getFirst().strip());
        ProcessHandle process =
                ProcessHandle.of(pid)
                        .orElseThrow(() -> new IOException("the database server has ended"));
        int status =
                new ProcessBuilder("kill", "-" + mode.signal, Long.toString(pid)).start().waitFor();
        if (status != 0) {
            throw new IOException("kill -%s %d: %d".formatted(mode.signal, pid, status));
        }
        try {
            var _ = process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "the database server did not stop within %d s".formatted(STOP_SECONDS), e);
        }
    }

    /// Starts the server again after [#stop].
    public void startAgain() throws IOException {
        server.close(); // releases the lock of the directory
        server = launch(data, port, addresses);
    }

    /// Returns a source of connections to the database.
    public DataSource source() {
        return server.getPostgresDatabase();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
