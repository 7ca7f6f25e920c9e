package dev.microgpt.verification.cluster;

import dev.microgpt.verification.support.Arguments;

import java.time.Duration;
import java.util.Map;

/// The parameters of the cluster test.
///
/// @param minutes after this time no more faults are made
/// @param kills how often a node is killed
/// @param restarts how often the database is restarted
/// @param drains how often a node is stopped in an orderly way
/// @param partitions how often the network is cut; above 0, this needs the rights of root
/// @param clients how many clients call at the same time
/// @param watchers how many clients watch
/// @param seed seed of all random choices; only the scheduling of processes and threads adds to them
record ClusterPlan(
        int minutes,
        int kills,
        int restarts,
        int drains,
        int partitions,
        int clients,
        int watchers,
        long seed) {

    private static final Map<String, Long> DEFAULTS =
            Map.of(
                    "minutes", 20L,
                    "kills", 30L,
                    "restarts", 10L,
                    "drains", 10L,
                    "partitions", 10L,
                    "clients", 5L,
                    "watchers", 6L,
                    "seed", 1L);

    ClusterPlan {
        if (minutes < 1 || clients < 1) {
            throw new IllegalArgumentException(
                    "minutes and clients must be at least 1, but got minutes=%d clients=%d"
                            .formatted(minutes, clients));
        }
        if (kills < 0 || restarts < 0 || drains < 0 || partitions < 0 || watchers < 0) {
            throw new IllegalArgumentException(
                    ("kills, restarts, drains, partitions and watchers must be at least 0, but got kills=%d"
                                    + " restarts=%d drains=%d partitions=%d watchers=%d")
                            .formatted(kills, restarts, drains, partitions, watchers));
        }
    }

    /// Returns the default plan with some values changed.
    ///
    /// @param arguments each like `kills=50`
    /// @throws IllegalArgumentException if an argument is not a known name and a value in its range
    static ClusterPlan of(String... arguments) {
        Arguments values = Arguments.parse(DEFAULTS, arguments);
        return new ClusterPlan(
                values.intValue("minutes"),
                values.intValue("kills"),
                values.intValue("restarts"),
                values.intValue("drains"),
                values.intValue("partitions"),
                values.intValue("clients"),
                values.intValue("watchers"),
                values.longValue("seed"));
    }

    Duration time() {
        return Duration.ofMinutes(minutes);
    }
}
