package dev.microgpt.crash;

import java.time.Duration;
import java.util.List;

/// What the crash test does.
///
/// @param kills of the process
/// @param clients that call at the same time
/// @param seed of all that is random, but for what the scheduling of threads adds
/// @param load milliseconds from the first answer of a round to a kill, at most
/// @param seconds that all may take
record CrashPlan(int kills, int clients, long seed, int load, int seconds) {

    /// And at least.
    static final int LEAST_LOAD = 200;

    private static final int SECONDS_PER_KILL = 30;

    CrashPlan {
        if (kills < 1 || clients < 1 || load < LEAST_LOAD) {
            throw new IllegalArgumentException(
                    "needs a kill, a client and %d ms of load, at least".formatted(LEAST_LOAD));
        }
    }

    /// A plan that differs from the usual one in some values.
    ///
    /// @param arguments each like `kills=50`
    /// @throws IllegalArgumentException if there is no such value
    static CrashPlan of(String... arguments) {
        int kills = 50;
        int clients = 5;
        long seed = 1;
        int load = 2000;
        for (String argument : arguments) {
            List<String> parts = List.of(argument.split("=", 2));
            switch (parts.getFirst()) {
                case "kills" -> kills = Integer.parseInt(parts.getLast());
                case "clients" -> clients = Integer.parseInt(parts.getLast());
                case "seed" -> seed = Long.parseLong(parts.getLast());
                case "load" -> load = Integer.parseInt(parts.getLast());
                default ->
                        throw new IllegalArgumentException(
                                "wanted kills=, clients=, seed= or load=, but got '%s'"
                                        .formatted(argument));
            }
        }
        return new CrashPlan(kills, clients, seed, load, 120 + kills * SECONDS_PER_KILL);
    }

    Duration time() {
        return Duration.ofSeconds(seconds);
    }
}
