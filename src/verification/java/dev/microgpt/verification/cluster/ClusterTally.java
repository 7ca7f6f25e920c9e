package dev.microgpt.verification.cluster;

import dev.microgpt.verification.support.Statistics;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Counts calls, faults and violations. Thread-safe.
final class ClusterTally {

    private static final double WANTED_MEDIAN_SECONDS = 3;
    private static final double WANTED_WORST_SECONDS = 8;

    /// What must not happen.
    enum Kind {
        LOST("acknowledged steps lost"),
        DOUBLED("steps made twice"),
        DIFFERENT("sessions that differ from the control"),
        WATCHER("watchers with wrong or missing losses"),
        STALE("answers from an outdated state"),
        WRONG("wrong answers"),
        UNANSWERED("calls without an answer in time"),
        SLOW("nodes or a cluster that did not get ready in time"),
        FAILED("failures of the test itself");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    private record Violation(Kind kind, String text) {}

    private final long start = System.nanoTime();
    private final PrintStream out;
    private final Map<String, Integer> answered = new TreeMap<>();
    private final Map<String, Integer> temporary = new TreeMap<>();
    private final Map<String, Integer> faults = new TreeMap<>();
    private final Map<String, List<Double>> takeovers = new TreeMap<>();
    private final Map<String, List<Double>> recoveries = new TreeMap<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<Kind, Long> amounts = new EnumMap<>(Kind.class);
    private final List<Violation> violations = new ArrayList<>();

    ClusterTally(PrintStream out) {
        this.out = out;
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1e3;
    }

    /// Returns the time since the start, for comparing it with the logs of the nodes.
    private String now() {
        return "%7.1f s".formatted((System.nanoTime() - start) / 1e9);
    }

    /// Prints a line about what happens.
    synchronized void say(String text) {
        out.printf(
                Locale.ROOT,
                "%s %s  %s%n",
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                now(),
                text);
    }

    synchronized void answered(String call) {
        answered.merge(call, 1, Integer::sum);
    }

    /// Counts an answer or a failure after which a client may try again.
    synchronized void temporary(String what) {
        temporary.merge(what, 1, Integer::sum);
    }

    synchronized void count(String what, long amount) {
        counts.merge(what, amount, Long::sum);
    }

    synchronized void fault(String kind) {
        faults.merge(kind, 1, Integer::sum);
    }

    /// Records how long a session was out of reach.
    ///
    /// @param fault the kind of fault
    synchronized void tookOver(String fault, Duration time) {
        takeovers.computeIfAbsent(fault, _ -> new ArrayList<>()).add(seconds(time));
    }

    /// Records how long the cluster took to be complete again.
    synchronized void recovered(String fault, Duration time) {
        recoveries.computeIfAbsent(fault, _ -> new ArrayList<>()).add(seconds(time));
    }

    synchronized void violation(Kind kind, String text) {
        violation(kind, 1, text);
    }

    /// @param amount how many steps or answers are concerned
    synchronized void violation(Kind kind, long amount, String text) {
        amounts.merge(kind, amount, Long::sum);
        violations.add(new Violation(kind, text));
        say("VIOLATION (%s): %s".formatted(kind.text, text));
    }

    synchronized List<String> violations() {
        return violations.stream().map(Violation::toString).toList();
    }

    synchronized int faults() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized int answers() {
        return answered.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// Returns whether sessions of killed nodes were taken over as fast as wanted.
    synchronized boolean isFast() {
        List<Double> times = takeovers.getOrDefault("kill", List.of());
        return times.isEmpty()
                || (Statistics.median(times) < WANTED_MEDIAN_SECONDS
                        && worst(times) < WANTED_WORST_SECONDS);
    }

    private static double worst(List<Double> times) {
        return times.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    synchronized void print() {
        out.printf("faults: %s%n", faults);
        out.printf("answered: %s%n", answered);
        out.printf("tried again after: %s%n", temporary);
        out.printf("checked: %s%n", counts);
        takeovers.forEach((fault, times) -> printTimes("takeover after " + fault, times));
        recoveries.forEach((fault, times) -> printTimes("all nodes serve after " + fault, times));
        out.printf(
                Locale.ROOT,
                "takeover after kill is wanted below %.0f s (median) and %.0f s (worst): %s%n",
                WANTED_MEDIAN_SECONDS,
                WANTED_WORST_SECONDS,
                isFast() ? "met" : "MISSED");
        for (Kind kind : Kind.values()) {
            out.printf("%s: %d%n", kind.text, amounts.getOrDefault(kind, 0L));
        }
        violations.forEach(
                violation -> out.printf("%s: %s%n", violation.kind.text, violation.text));
    }

    private void printTimes(String what, List<Double> times) {
        out.printf(
                Locale.ROOT,
                "%s: median %.2f s, worst %.2f s, %d times%n",
                what,
                Statistics.median(times),
                worst(times),
                times.size());
    }
}
