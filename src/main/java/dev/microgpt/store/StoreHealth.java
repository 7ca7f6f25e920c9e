package dev.microgpt.store;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Reports whether sessions can be read from the database, and belong to this process. A full database counts as
/// healthy: it should still get traffic, because reads work and deletes free space.
final class StoreHealth implements HealthIndicator {

    private final Database database;

    StoreHealth(Database database) {
        this.database = database;
    }

    @Override
    public Health health() {
        return (database.isUsable() ? Health.up() : Health.outOfService()).build();
    }
}
