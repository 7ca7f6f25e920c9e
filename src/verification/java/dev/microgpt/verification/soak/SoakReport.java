package dev.microgpt.verification.soak;

import dev.microgpt.verification.support.Statistics;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/// Judges whether the service grows, by comparing the last third of the samples with the middle third. The
/// first third is for warming up.
final class SoakReport {

    private static final double MB = 1 << 20;
    private static final double MAX_HEAP_RATIO = 1.1;
    private static final double HEAP_SLACK_BYTES = 10 * MB;
    private static final int MAX_MORE_THREADS = 3;
    private static final int MAX_MORE_HANDLES = 5;
    private static final int MAX_SHOWN_CLASSES = 12;
    private static final long MIN_SHOWN_BYTES = 1 << 16;

    private final List<Sample> samples;
    private final List<String> lines = new ArrayList<>();
    private boolean isGood = true;

    SoakReport(List<Sample> samples, Tally tally, int errors) {
        this.samples = List.copyOf(samples);
        lines.add("%-24s %9s %9s %9s".formatted("median of each third", "first", "middle", "last"));
        compareHeap("heap after GC, MB", Sample::heap);
        compareHeap("  except numbers, MB", Sample::others);
        compare("threads", Sample::threads, MAX_MORE_THREADS);
        compare("file handles", Sample::handles, MAX_MORE_HANDLES);
        show("RSS, MB", Sample::resident, MB);
        show("database, MB", Sample::stored, MB);
        show("WebSockets", Sample::sockets, 1);
        show("event streams", Sample::streams, 1);
        show("sessions", Sample::sessions, 1);
        show("  in memory", Sample::loaded, 1);
        requireNone("calls with unexpected responses", tally.failed());
        requireNone("errors in the log", errors);
    }

    boolean isGood() {
        return isGood;
    }

    void print(PrintStream out) {
        lines.forEach(out::println);
    }

    private void compareHeap(String what, ToLongFunction<Sample> value) {
        double middle = third(1, value);
        double max = Math.max(MAX_HEAP_RATIO * middle, middle + HEAP_SLACK_BYTES);
        compare(what, value, MB, max);
    }

    private void compare(String what, ToLongFunction<Sample> value, int more) {
        compare(what, value, 1, third(1, value) + more);
    }

    private void compare(String what, ToLongFunction<Sample> value, double unit, double max) {
        boolean isMet = third(2, value) <= max;
        isGood &= isMet;
        lines.add(
                "%s (target: at most %.1f) %s"
                        .formatted(row(what, value, unit), max / unit, isMet ? "ok" : "GROWS"));
    }

    private void show(String what, ToLongFunction<Sample> value, double unit) {
        lines.add(row(what, value, unit));
    }

    private String row(String what, ToLongFunction<Sample> value, double unit) {
        return "%-24s %9.1f %9.1f %9.1f"
                .formatted(
                        what,
                        third(0, value) / unit,
                        third(1, value) / unit,
                        third(2, value) / unit);
    }

    private void requireNone(String what, long number) {
        isGood &= number == 0;
        lines.add("%s: %d (target: 0) %s".formatted(what, number, number == 0 ? "ok" : "MISSED"));
    }

    /// Returns the median of a third of the samples.
    ///
    /// @param index 0, 1 or 2
    private double third(int index, ToLongFunction<Sample> value) {
        int from = index * samples.size() / 3;
        int to = (index + 1) * samples.size() / 3;
        return Statistics.median(
                samples.subList(from, to).stream().mapToLong(value).asDoubleStream().toArray());
    }

    /// Lists what has grown or shrunk: the classes with the most additional bytes first, then threads and
    /// handles.
    ///
    /// @param before an earlier [inventory][ServiceProbe#inventory()]
    /// @param after a later inventory
    static List<String> differences(Map<String, Long> before, Map<String, Long> after) {
        record Difference(String what, long more) {}
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        List<Difference> all =
                names.stream()
                        .map(
                                name ->
                                        new Difference(
                                                name,
                                                after.getOrDefault(name, 0L)
                                                        - before.getOrDefault(name, 0L)))
                        .sorted((a, b) -> Long.compare(b.more, a.more))
                        .toList();
        List<String> result = new ArrayList<>();
        all.stream()
                .filter(d -> d.what.startsWith("heap") && d.more >= MIN_SHOWN_BYTES)
                .limit(MAX_SHOWN_CLASSES)
                .forEach(d -> result.add("%s: %+,d bytes".formatted(d.what, d.more)));
        all.stream()
                .filter(d -> !d.what.startsWith("heap") && d.more != 0)
                .forEach(d -> result.add("%s: %+d".formatted(d.what, d.more)));
        return result;
    }
}
