package dev.microgpt.load;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the load test does.
///
/// @param sessions that train, all at once and without end
/// @param fast watchers of one session that read at once
/// @param slow watchers that read a few kB a second
/// @param silent watchers that read nothing
/// @param crowd watchers of each kind, WebSockets and event streams, that read and are only counted
/// @param crowdSilent watchers of each kind that read nothing, in addition
/// @param calls of generate a second, on the other sessions
/// @param warmUp seconds before anything is measured
/// @param pairs of phases without and with watchers
/// @param off seconds of a phase without watchers
/// @param on seconds of a phase with watchers
/// @param settle seconds from when watchers come or go to when a phase is measured
/// @param sendTimeout seconds after which the service gives up a watcher that reads nothing
/// @param heap of the service, in MB
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

    private static final Map<String, Integer> DEFAULTS =
            Map.ofEntries(
                    Map.entry("sessions", 200),
                    Map.entry("fast", 80),
                    Map.entry("slow", 10),
                    Map.entry("silent", 10),
                    Map.entry("crowd", 0),
                    Map.entry("crowdSilent", 0),
                    Map.entry("calls", 50),
                    Map.entry("warmUp", 20),
                    Map.entry("pairs", 4),
                    Map.entry("off", 8),
                    Map.entry("on", 12),
                    Map.entry("settle", 2),
                    Map.entry("sendTimeout", 5),
                    Map.entry("heap", 1024));

    LoadPlan {
        if (sessions < 2 || fast < 1 || calls < 1 || pairs < 1 || off < 1 || on < 1) {
            throw new IllegalArgumentException(
                    "needs 2 sessions and 1 of fast, calls, pairs, off and on, at least");
        }
    }

    /// A plan that differs from the usual one in some values.
    ///
    /// @param arguments each like `sessions=200`
    /// @throws IllegalArgumentException if there is no such value
    static LoadPlan of(String... arguments) {
        Map<String, Integer> values = new HashMap<>(DEFAULTS);
        for (String argument : arguments) {
            List<String> parts = List.of(argument.split("=", 2));
            if (parts.size() != 2 || values.get(parts.getFirst()) == null) {
                throw new IllegalArgumentException(
                        "wanted arguments like sessions=200, of %s, but got '%s'"
                                .formatted(names(), argument));
            }
            values.put(parts.getFirst(), Integer.valueOf(parts.getLast()));
        }
        return of(values);
    }

    private static List<String> names() {
        return Arrays.stream(LoadPlan.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    private static LoadPlan of(Map<String, Integer> values) {
        int[] v = names().stream().mapToInt(name -> values.getOrDefault(name, 0)).toArray();
        return new LoadPlan(
                v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12],
                v[13]);
    }

    /// What the service is started with.
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
        return ("%d sessions train; %d watchers of one: %d fast, %d slow, %d that do not read,%n"
                        + "and of each kind %d counted, %d that do not read;%n"
                        + "%d generate calls a second; %d x (%d s without watchers, %d s with)")
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
