package dev.microgpt.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

/// Whether sessions can be read from the database. A full one is no reason to be sent no more calls:
/// reading goes on, and deleting makes room.
///
/// Each look takes a connection of its own, as those in use would answer from what they remember of the
/// file. It does not open the file itself: to close it would end SQLite's locks on it, and another process
/// that makes a copy could then take it for unused.
final class StoreHealth implements HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(StoreHealth.class);

    private final DataSource readOnly;

    /// @param readOnly opens a connection each time, and makes no file
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
