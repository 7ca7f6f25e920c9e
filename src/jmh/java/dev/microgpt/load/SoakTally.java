package dev.microgpt.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What became of the calls and of the live connections.
final class SoakTally {

    private static final int KEPT_FAILURES = 3; // of each kind of call
    private static final int KEPT_CHARACTERS = 300;

    private final Map<String, Count> counts = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private long calls;
    private long failed;

    private static final class Count {
        long done;
        long refused;
        long failed;
    }

    /// A call did what it should.
    synchronized void done(String what) {
        calls++;
        count(what).done++;
    }

    /// A call was refused, as may happen with so many others.
    synchronized void refused(String what) {
        calls++;
        count(what).refused++;
    }

    /// Nobody expects that.
    synchronized void failed(String what, String how) {
        calls++;
        failed++;
        if (++count(what).failed <= KEPT_FAILURES) {
            String line = "%s: %s".formatted(what, how);
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

    /// A line for each kind of call, then the first failures.
    synchronized List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("%-20s %9s %8s %7s".formatted("call", "done", "refused", "failed"));
        counts.forEach(
                (what, count) ->
                        lines.add(
                                "%-20s %,9d %,8d %,7d"
                                        .formatted(what, count.done, count.refused, count.failed)));
        failures.forEach(failure -> lines.add("FAILED " + failure));
        return lines;
    }
}
