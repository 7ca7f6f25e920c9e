package dev.microgpt.crash;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Counts what was done and what went wrong. Safe for use by several threads.
final class Tally {

    private final Map<String, Integer> answered = new TreeMap<>();
    private final Map<String, Integer> inFlight = new TreeMap<>();
    private final Map<String, Integer> findings = new TreeMap<>();
    private final Map<String, Integer> ends = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private final List<Double> startSeconds = new ArrayList<>();

    /// A call of some kind was answered.
    synchronized void answered(String kind) {
        answered.merge(kind, 1, Integer::sum);
    }

    /// A call was not answered before the process was gone.
    synchronized void inFlight(String kind) {
        inFlight.merge(kind, 1, Integer::sum);
    }

    /// What became of a call in flight, or of something else that may go either way.
    synchronized void found(String what) {
        findings.merge(what, 1, Integer::sum);
    }

    /// The process was ended.
    synchronized void ended(String how) {
        ends.merge(how, 1, Integer::sum);
    }

    /// The service has answered for the first time.
    synchronized void started(double seconds) {
        startSeconds.add(seconds);
    }

    synchronized void violation(String what) {
        violations.add(what);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /// How often the process was killed.
    synchronized int kills() {
        return ends.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// Calls that were answered.
    synchronized int answers() {
        return answered.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized void print(PrintStream out) {
        List<Double> starts = startSeconds.stream().sorted().toList();
        out.printf(Locale.ROOT, "kills %d: %s%n", kills(), ends);
        if (!starts.isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "starts %d, until the first answer: median %.1f s, longest %.1f s%n",
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
        findings.forEach((what, times) -> out.printf("after a restart, %s: %d%n", what, times));
        out.printf("violations: %d%n", violations.size());
        violations.forEach(out::println);
    }
}
