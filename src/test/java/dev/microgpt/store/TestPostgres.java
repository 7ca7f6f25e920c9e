package dev.microgpt.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.sql.DataSource;

/// A PostgreSQL server for the tests of this JVM, which ends with it, and a database of it for each directory that
/// a test would otherwise use for a SQLite database.
public final class TestPostgres {

    private static final Map<Path, String> DATABASES = new ConcurrentHashMap<>();

    private TestPostgres() {}

    /// Starts with the first use.
    private static final class Server {

        static final EmbeddedPostgres INSTANCE = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off") // the server does not outlive the tests
                        .setServerConfig("max_connections", "100")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Returns the URL of a directory's database, which is created by the first call.
    public static String url(Path directory) {
        return Server.INSTANCE.getJdbcUrl(
                "postgres", DATABASES.computeIfAbsent(directory.toAbsolutePath(), _ -> create()));
    }

    /// Returns the URL of a directory's database behind a gate.
    static String url(Path directory, Gate gate) {
        return url(directory).replace(":" + port() + "/", ":" + gate.port() + "/");
    }

    static int port() {
        return Server.INSTANCE.getPort();
    }

    /// Ends the connection that holds the lock of a directory's service, as if the network had cut it off.
    static void loseLock(Path directory) {
        JdbcClient.create(source(directory))
                .sql(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""")
                .query()
                .listOfRows();
    }

    /// Opens a connection of its own for each use.
    static DataSource source(Path directory) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url(directory));
        return source;
    }

    /// Makes all writes of some rows fail.
    ///
    /// @param condition which rows: SQL about the row `NEW`
    /// @param state the SQLSTATE of the error
    static void rejectWrites(String table, String condition, String state, JdbcClient jdbc) {
        jdbc.sql(
                        """
                        CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS
                        $$BEGIN RAISE EXCEPTION 'rejected' USING ERRCODE = '%s'; END$$"""
                                .formatted(state))
                .update();
        jdbc.sql(
                        """
                        CREATE TRIGGER reject BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (%s)
                        EXECUTE FUNCTION reject()"""
                                .formatted(table, condition))
                .update();
    }

    private static String create() {
        String name = "test_" + DATABASES.size() + "_" + System.nanoTime();
        try (Connection connection = Server.INSTANCE.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute( // sorts texts otherwise than SQLite
                    "CREATE DATABASE "
                            + name
                            + " TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return name;
    }
}
