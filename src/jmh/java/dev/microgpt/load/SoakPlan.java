package dev.microgpt.load;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// How long the service is used, and by how many.
///
/// @param minutes all of it
/// @param sessions that are alive at a time
/// @param callers that make one REST call after the other
/// @param guests on live connections, which come and go
/// @param heap of the service, in MB
record SoakPlan(int minutes, int sessions, int callers, int guests, int heap) {

    private static final Map<String, Integer> DEFAULTS =
            Map.of("minutes", 30, "sessions", 80, "callers", 10, "guests", 18, "heap", 384);

    private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(30);

    /// A shorter run has so many samples, too.
    private static final int LEAST_SAMPLES = 12;

    SoakPlan {
        if (minutes < 1 || sessions < 4 || callers < 1 || guests < 1 || heap < 64) {
            throw new IllegalArgumentException(
                    "needs 1 minute, 4 sessions, 1 caller, 1 guest and 64 MB, at least");
        }
    }

    /// A plan that differs from the usual one in some values.
    ///
    /// @param arguments each like `minutes=30`
    /// @throws IllegalArgumentException if there is no such value
    static SoakPlan of(String... arguments) {
        Map<String, Integer> values = new HashMap<>(DEFAULTS);
        for (String argument : arguments) {
            List<String> parts = List.of(argument.split("=", 2));
            if (parts.size() != 2 || !DEFAULTS.containsKey(parts.getFirst())) {
                throw new IllegalArgumentException(
                        "wanted arguments like minutes=30, of %s, but got '%s'"
                                .formatted(new TreeSet<>(DEFAULTS.keySet()), argument));
            }
            values.put(parts.getFirst(), Integer.valueOf(parts.getLast()));
        }
        return new SoakPlan(
                values.getOrDefault("minutes", 0),
                values.getOrDefault("sessions", 0),
                values.getOrDefault("callers", 0),
                values.getOrDefault("guests", 0),
                values.getOrDefault("heap", 0));
    }

    Duration time() {
        return Duration.ofMinutes(minutes);
    }

    Duration betweenSamples() {
        Duration part = time().dividedBy(LEAST_SAMPLES);
        return part.compareTo(BETWEEN_SAMPLES) < 0 ? part : BETWEEN_SAMPLES;
    }

    /// What the service is started with: little room, so that sessions are put away and come back all the
    /// time, and little patience with clients that do not read.
    List<String> serviceOptions() {
        return List.of(
                "--microgpt.limits.session-bytes=" + ((heap / 8L) << 20),
                "--microgpt.live.ping-interval=5s",
                "--microgpt.live.silence=20s",
                "--microgpt.live.send-timeout=5s");
    }

    @Override
    public String toString() {
        return "%d minutes, about %d sessions, %d callers, %d guests on live connections, %d MB of heap"
                .formatted(minutes, sessions, callers, guests, heap);
    }
}
