package dev.microgpt.store;

import dev.microgpt.support.LocalService;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.DataSource;

/// The databases that a store may be in. Each directory stands for one database.
enum TestStore {
    SQLITE {
        @Override
        Stream<String> settings(Path directory) {
            return Stream.of();
        }

        @Override
        DataSource source(Path directory) {
            return sqlite(directory);
        }

        @Override
        String migrations() {
            return Migrations.SQLITE;
        }

        @Override
        void rejectWrites(String table, String condition, JdbcClient jdbc) {
            for (String change : List.of("INSERT", "UPDATE")) {
                jdbc.sql(
                                """
                                CREATE TRIGGER reject_%s BEFORE %1$s ON %s WHEN %s
                                BEGIN SELECT RAISE(ABORT, 'rejected'); END"""
                                        .formatted(change, table, condition))
                        .update();
            }
        }
    },
    POSTGRESQL {
        @Override
        Stream<String> settings(Path directory) {
            return Stream.of("--microgpt.store.url=" + TestPostgres.url(directory));
        }

        @Override
        DataSource source(Path directory) {
            return TestPostgres.source(directory);
        }

        @Override
        String migrations() {
            return Migrations.POSTGRESQL;
        }

        @Override
        void rejectWrites(String table, String condition, JdbcClient jdbc) {
            TestPostgres.rejectWrites(table, condition, "P0001", jdbc); // what RAISE has by default
        }
    };

    /// Returns the settings of a service that has its store in a directory's database.
    abstract Stream<String> settings(Path directory);

    /// Returns a directory's database, which is empty unless a service has used it.
    abstract DataSource source(Path directory);

    abstract String migrations();

    /// Makes all writes of some rows fail, with an error that is not worth a retry.
    ///
    /// @param condition which rows: SQL about the row `NEW`
    abstract void rejectWrites(String table, String condition, JdbcClient jdbc);

    /// Returns a database of SQLite in the file that a service uses.
    static SQLiteDataSource sqlite(Path directory) {
        SQLiteConfig config = new SQLiteConfig();
        config.enforceForeignKeys(true);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + directory.resolve("microgpt.db"));
        return source;
    }

    /// Starts a service.
    ///
    /// @param settings such as `--microgpt.limits.sessions=3`
    LocalService start(Path directory, String... settings) {
        return LocalService.start(
                directory,
                Stream.concat(settings(directory), Arrays.stream(settings)).toArray(String[]::new));
    }

    JdbcClient jdbc(Path directory) {
        return JdbcClient.create(source(directory));
    }

    /// Creates the tables of a version.
    void migrate(Path directory, String version) {
        Migrations.migrate(source(directory), migrations(), version);
    }

    /// Returns a database with the tables of the current version, without rows.
    JdbcClient create(Path directory) {
        migrate(directory, "latest");
        return jdbc(directory);
    }

    /// Copies a database as another process sees it at this moment.
    void copy(Path from, Path to) {
        try {
            Files.createDirectories(to);
            migrate(to, "latest");
            StoreCopy.copy(source(from), source(to));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
