package dev.microgpt.verification.crash;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Counts calls, kills, outcomes and violations. Thread-safe.
final class Tally {

    private final Map<String, Integer> answered = new TreeMap<>();
    private final Map<String, Integer> inFlight = new TreeMap<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final Map<String, Integer> killsByPhase = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private final List<Double> startSeconds = new ArrayList<>();

    /// Counts a call whose response arrived.
    synchronized void answered(String kind) {
        answered.merge(kind, 1, Integer::sum);
    }

    /// Counts a call that was pending when the process was killed.
    synchronized void inFlight(String kind) {
        inFlight.merge(kind, 1, Integer::sum);
    }

    /// Counts one of several valid outcomes, such as that of a call in flight.
    synchronized void found(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    /// Counts a kill of the process.
    ///
    /// @param phase what the process was doing
    synchronized void killed(String phase) {
        killsByPhase.merge(phase, 1, Integer::sum);
    }

    /// Records the time from a start until the first response.
    synchronized void started(double seconds) {
        startSeconds.add(seconds);
    }

    synchronized void violation(String description) {
        violations.add(description);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /// Returns how often the process was killed.
    synchronized int kills() {
        return killsByPhase.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// Returns how many calls were answered.
    synchronized int responses() {
        return answered.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized void print(PrintStream out) {
        List<Double> starts = startSeconds.stream().sorted().toList();
        out.printf(Locale.ROOT, "kills %d: %s%n", kills(), killsByPhase);
        if (!starts.isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "starts %d, time until the first response: median %.1f s, longest %.1f s%n",
                    starts.size(),
                    starts.get(starts.size() / 2),
                    starts.getLast());
        }
        out.printf("%-16s %9s %10s%n", "call", "answered", "in flight");
        Set<String> kinds = new TreeSet<>(answered.keySet());
        kinds.addAll(inFlight.keySet());
        for (String kind : kinds) {
            out.printf(
                    "%-16s %9d %10d%n",
                    kind, answered.getOrDefault(kind, 0), inFlight.getOrDefault(kind, 0));
        }
        outcomes.forEach(
                (outcome, times) -> out.printf("after a restart, %s: %d%n", outcome, times));
        out.printf("violations: %d%n", violations.size());
        violations.forEach(out::println);
    }
}
