package dev.microgpt.verification.soak;

import dev.microgpt.verification.support.Arguments;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The parameters of the soak test.
///
/// @param minutes total duration
/// @param sessions about how many sessions exist at a time
/// @param callers clients that make one REST call after another
/// @param visitors clients that open and close live connections
/// @param heap maximum heap size of the service, in MB
record SoakPlan(int minutes, int sessions, int callers, int visitors, int heap) {

    private static final Map<String, Long> DEFAULTS =
            Map.of("minutes", 30L, "sessions", 80L, "callers", 10L, "visitors", 18L, "heap", 384L);

    private static final Duration MAX_SAMPLE_INTERVAL = Duration.ofSeconds(30);

    /// Short tests sample more often to get this many.
    private static final int MIN_SAMPLES = 12;

    SoakPlan {
        if (minutes < 1 || sessions < 4 || callers < 1 || visitors < 1 || heap < 64) {
            throw new IllegalArgumentException(
                    ("minutes, callers and visitors must be at least 1, sessions at least 4 and heap at"
                                    + " least 64, but got minutes=%d callers=%d visitors=%d sessions=%d heap=%d")
                            .formatted(minutes, callers, visitors, sessions, heap));
        }
    }

    /// Returns the default plan with some values changed.
    ///
    /// @param arguments each like `minutes=30`
    /// @throws IllegalArgumentException if an argument is not a known name and a value in its range
    static SoakPlan of(String... arguments) {
        Arguments values = Arguments.parse(DEFAULTS, arguments);
        return new SoakPlan(
                values.intValue("minutes"),
                values.intValue("sessions"),
                values.intValue("callers"),
                values.intValue("visitors"),
                values.intValue("heap"));
    }

    Duration time() {
        return Duration.ofMinutes(minutes);
    }

    Duration betweenSamples() {
        Duration interval = time().dividedBy(MIN_SAMPLES);
        return interval.compareTo(MAX_SAMPLE_INTERVAL) < 0 ? interval : MAX_SAMPLE_INTERVAL;
    }

    /// Returns the command-line options of the service: little memory, so that sessions are evicted and
    /// rehydrated all the time, and short timeouts for clients that do not read.
    List<String> serviceOptions() {
        return List.of(
                "--microgpt.limits.session-bytes=" + ((heap / 8L) << 20),
                "--microgpt.live.ping-interval=5s",
                "--microgpt.live.silence=20s",
                "--microgpt.live.send-timeout=5s");
    }

    @Override
    public String toString() {
        return "%d minutes, about %d sessions, %d callers, %d visitors on live connections, %d MB of heap"
                .formatted(minutes, sessions, callers, visitors, heap);
    }
}
