package dev.microgpt.verification.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Counts the outcomes of calls and of live connections. Thread-safe.
final class Tally {

    private static final int KEPT_FAILURES = 3; // per kind of call
    private static final int KEPT_CHARACTERS = 300;

    private final Map<String, Count> counts = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private long calls;
    private long failed;

    private static final class Count {
        long done;
        long rejected;
        long failed;
    }

    /// Counts a call that succeeded, or failed as it should.
    synchronized void done(String what) {
        calls++;
        count(what).done++;
    }

    /// Counts a call that was rejected for a reason that other clients may cause.
    synchronized void rejected(String what) {
        calls++;
        count(what).rejected++;
    }

    /// Counts a call that failed unexpectedly.
    synchronized void failed(String what, String failure) {
        calls++;
        failed++;
        if (++count(what).failed <= KEPT_FAILURES) {
            String line = "%s: %s".formatted(what, failure);
            failures.add(line.substring(0, Math.min(line.length(), KEPT_CHARACTERS)));
        }
    }

    private Count count(String what) {
        return counts.computeIfAbsent(what, _ -> new Count());
    }

    synchronized long calls() {
        return calls;
    }

    synchronized long failed() {
        return failed;
    }

    /// Returns a line for each kind of call, followed by the first failures.
    synchronized List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("%-20s %9s %8s %7s".formatted("call", "done", "rejected", "failed"));
        counts.forEach(
                (what, count) ->
                        lines.add(
                                "%-20s %,9d %,8d %,7d"
                                        .formatted(
                                                what, count.done, count.rejected, count.failed)));
        failures.forEach(failure -> lines.add("FAILED " + failure));
        return lines;
    }
}
