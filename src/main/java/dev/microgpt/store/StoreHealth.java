package dev.microgpt.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

/// Reports whether sessions can be read from the database. A full database counts as healthy: it should
/// still get traffic, because reads work and deletes free space.
///
/// Each check opens a connection of its own, since pooled ones might answer from their page cache. It does
/// not open the file directly: closing it would release SQLite's locks on it, and another process that makes
/// a copy could then take the database for unused.
final class StoreHealth implements HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(StoreHealth.class);

    private final DataSource readOnly;

    /// @param readOnly opens a new connection on each call, and does not create the file
    StoreHealth(DataSource readOnly) {
        this.readOnly = readOnly;
    }

    @Override
    public Health health() {
        try (Connection connection = readOnly.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT value FROM counter").close();
            return Health.up().build();
        } catch (SQLException e) {
            log.warn("The store cannot be read: {}", e.getMessage());
            return Health.outOfService().build();
        }
    }
}
