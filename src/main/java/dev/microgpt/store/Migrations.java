package dev.microgpt.store;

import org.flywaydb.core.Flyway;

import java.util.Map;

import javax.sql.DataSource;

/// Creates the tables of the store, or brings those of an earlier version up to date.
final class Migrations {

    static final String SQLITE = "classpath:db/sqlite";
    static final String POSTGRESQL = "classpath:db/postgresql";

    private Migrations() {}

    /// @param location of the scripts for this kind of database
    static void migrate(DataSource source, String location) {
        migrate(source, location, "latest");
    }

    /// @param version the version to migrate to
    static void migrate(DataSource source, String location, String version) {
        Flyway.configure()
                .dataSource(source)
                .locations(location)
                .placeholders(Map.of("bytes", "BLOB"))
                .target(version)
                .load()
                .migrate();
    }
}
