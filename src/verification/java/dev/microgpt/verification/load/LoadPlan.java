package dev.microgpt.verification.load;

import dev.microgpt.verification.support.Arguments;

import java.util.List;
import java.util.Map;

/// The parameters of the load test.
///
/// @param sessions how many sessions train, all at once and without end
/// @param fast watchers of one session that read at once
/// @param slow watchers that read 4 kB per second
/// @param silent watchers that never read
/// @param crowd watchers of each kind, WebSockets and event streams, whose messages are only counted
/// @param crowdSilent additional watchers of each kind that never read
/// @param calls calls of `generate` per second, on the other sessions
/// @param warmUp seconds without watchers before the first measurement; a phase with watchers follows
/// @param pairs how many pairs of phases without and with watchers
/// @param off seconds of a phase without watchers
/// @param on seconds of a phase with watchers
/// @param settle seconds to wait after watchers have connected or disconnected
/// @param sendTimeout seconds after which the service closes the connection of a watcher that does not read
/// @param heap maximum heap size of the service, in MB
record LoadPlan(
        int sessions,
        int fast,
        int slow,
        int silent,
        int crowd,
        int crowdSilent,
        int calls,
        int warmUp,
        int pairs,
        int off,
        int on,
        int settle,
        int sendTimeout,
        int heap) {

    private static final Map<String, Long> DEFAULTS =
            Map.ofEntries(
                    Map.entry("sessions", 200L),
                    Map.entry("fast", 80L),
                    Map.entry("slow", 10L),
                    Map.entry("silent", 10L),
                    Map.entry("crowd", 0L),
                    Map.entry("crowdSilent", 0L),
                    Map.entry("calls", 50L),
                    Map.entry("warmUp", 20L),
                    Map.entry("pairs", 4L),
                    Map.entry("off", 8L),
                    Map.entry("on", 12L),
                    Map.entry("settle", 2L),
                    Map.entry("sendTimeout", 5L),
                    Map.entry("heap", 1024L));

    LoadPlan {
        if (sessions < 2 || fast < 1 || calls < 1 || pairs < 1 || off < 1 || on < 1) {
            throw new IllegalArgumentException(
                    ("sessions must be at least 2, and fast, calls, pairs, off and on at least 1, but got"
                                    + " sessions=%d fast=%d calls=%d pairs=%d off=%d on=%d")
                            .formatted(sessions, fast, calls, pairs, off, on));
        }
    }

    /// Returns the default plan with some values changed.
    ///
    /// @param arguments each like `sessions=200`
    /// @throws IllegalArgumentException if an argument is not a known name and a value in its range
    static LoadPlan of(String... arguments) {
        Arguments values = Arguments.parse(DEFAULTS, arguments);
        return new LoadPlan(
                values.intValue("sessions"),
                values.intValue("fast"),
                values.intValue("slow"),
                values.intValue("silent"),
                values.intValue("crowd"),
                values.intValue("crowdSilent"),
                values.intValue("calls"),
                values.intValue("warmUp"),
                values.intValue("pairs"),
                values.intValue("off"),
                values.intValue("on"),
                values.intValue("settle"),
                values.intValue("sendTimeout"),
                values.intValue("heap"));
    }

    /// Returns the command-line options of the service.
    List<String> serviceOptions() {
        return List.of(
                "--microgpt.live.send-timeout=" + sendTimeout + "s",
                "--microgpt.limits.sessions=" + sessions);
    }

    int watchers() {
        return fast + slow + silent + 2 * (crowd + crowdSilent);
    }

    @Override
    public String toString() {
        return ("%d sessions train; %d watchers of one: %d fast, %d slow, %d that never read,%n"
                        + "and a crowd of each kind: %d that read, %d that never read;%n"
                        + "%d generate calls per second; %d x (%d s without watchers, %d s with)")
                .formatted(
                        sessions,
                        watchers(),
                        fast,
                        slow,
                        silent,
                        crowd,
                        crowdSilent,
                        calls,
                        pairs,
                        off,
                        on);
    }
}
