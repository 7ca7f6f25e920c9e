package dev.microgpt.verification.crash;

import dev.microgpt.verification.support.Arguments;

import java.time.Duration;
import java.util.Map;

/// The parameters of the crash test.
///
/// @param kills how often the process is killed
/// @param clients how many clients call at the same time
/// @param seed seed of all random choices; only the scheduling of threads adds to them
/// @param load the longest time from the first response after a restart to the kill, in milliseconds
/// @param seconds the time limit of the whole test
record CrashPlan(int kills, int clients, long seed, int load, int seconds) {

    /// The shortest time from the first response after a restart to the kill, in milliseconds.
    static final int MIN_LOAD = 200;

    private static final Map<String, Long> DEFAULTS =
            Map.of("kills", 50L, "clients", 5L, "seed", 1L, "load", 2000L);

    private static final int SECONDS_PER_KILL = 30;

    CrashPlan {
        if (kills < 1 || clients < 1 || load < MIN_LOAD) {
            throw new IllegalArgumentException(
                    "kills and clients must be at least 1 and load at least %d, but got kills=%d clients=%d load=%d"
                            .formatted(MIN_LOAD, kills, clients, load));
        }
    }

    /// Returns the default plan with some values changed.
    ///
    /// @param arguments each like `kills=50`
    /// @throws IllegalArgumentException if an argument is not a known name and a value in its range
    static CrashPlan of(String... arguments) {
        Arguments values = Arguments.parse(DEFAULTS, arguments);
        int kills = values.intValue("kills");
        return new CrashPlan(
                kills,
                values.intValue("clients"),
                values.longValue("seed"),
                values.intValue("load"),
                120 + kills * SECONDS_PER_KILL);
    }

    Duration timeLimit() {
        return Duration.ofSeconds(seconds);
    }
}
