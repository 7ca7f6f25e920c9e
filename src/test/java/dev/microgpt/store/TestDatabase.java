package dev.microgpt.store;

import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

import java.nio.file.Path;
import java.util.Map;

import javax.sql.DataSource;

/// Creates databases for tests that run without a service.
final class TestDatabase {

    private TestDatabase() {}

    /// Returns an empty database.
    static DataSource empty(Path directory) {
        SQLiteConfig config = new SQLiteConfig();
        config.enforceForeignKeys(true);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + directory.resolve("test.db"));
        return source;
    }

    /// Creates the tables of a version, or migrates existing ones to it.
    static void migrate(DataSource source, String version) {
        Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/migration")
                .placeholders(Map.of("bytes", "BLOB"))
                .target(version)
                .load()
                .migrate();
    }

    /// Returns a database with the tables of the current version, without rows.
    static JdbcClient open(Path directory) {
        DataSource source = empty(directory);
        migrate(source, "latest");
        return JdbcClient.create(source);
    }
}
