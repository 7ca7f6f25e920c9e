package dev.microgpt.load;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/// Whether the service grows: the last third of the samples is compared with the one in the middle. The
/// first third is for warming up.
final class SoakReport {

    private static final double MB = 1 << 20;
    private static final double MORE_HEAP = 1.1;
    private static final double MORE_HEAP_BYTES = 10 * MB;
    private static final int MORE_THREADS = 3;
    private static final int MORE_HANDLES = 5;
    private static final int SHOWN_CLASSES = 12;
    private static final long SHOWN_BYTES = 1 << 16;

    private final List<SoakSample> samples;
    private final List<String> lines = new ArrayList<>();
    private boolean isGood = true;

    SoakReport(List<SoakSample> samples, SoakTally tally, int errors) {
        this.samples = List.copyOf(samples);
        lines.add("%-24s %9s %9s %9s".formatted("median of each third", "first", "middle", "last"));
        compareHeap("heap after GC, MB", SoakSample::heap);
        compareHeap("  but for numbers, MB", SoakSample::others);
        compare("threads", SoakSample::threads, MORE_THREADS);
        compare("file handles", SoakSample::handles, MORE_HANDLES);
        show("RSS, MB", SoakSample::resident, MB);
        show("database, MB", SoakSample::stored, MB);
        show("WebSockets", SoakSample::sockets, 1);
        show("event streams", SoakSample::streams, 1);
        show("sessions", SoakSample::sessions, 1);
        show("  in memory", SoakSample::loaded, 1);
        requireNone("calls with unexpected answers", tally.failed());
        requireNone("errors in the log", errors);
    }

    boolean isGood() {
        return isGood;
    }

    void print(PrintStream out) {
        lines.forEach(out::println);
    }

    private void compareHeap(String what, ToLongFunction<SoakSample> value) {
        double middle = third(1, value);
        double most = Math.max(MORE_HEAP * middle, middle + MORE_HEAP_BYTES);
        compare(what, value, MB, most);
    }

    private void compare(String what, ToLongFunction<SoakSample> value, int more) {
        compare(what, value, 1, third(1, value) + more);
    }

    private void compare(String what, ToLongFunction<SoakSample> value, double unit, double most) {
        boolean isMet = third(2, value) <= most;
        isGood &= isMet;
        lines.add(
                "%s (wanted at most %.1f) %s"
                        .formatted(row(what, value, unit), most / unit, isMet ? "ok" : "GROWS"));
    }

    private void show(String what, ToLongFunction<SoakSample> value, double unit) {
        lines.add(row(what, value, unit));
    }

    private String row(String what, ToLongFunction<SoakSample> value, double unit) {
        return "%-24s %9.1f %9.1f %9.1f"
                .formatted(
                        what,
                        third(0, value) / unit,
                        third(1, value) / unit,
                        third(2, value) / unit);
    }

    private void requireNone(String what, long number) {
        isGood &= number == 0;
        lines.add("%s: %d (wanted 0) %s".formatted(what, number, number == 0 ? "ok" : "MISSED"));
    }

    /// The median of a third of the samples.
    private double third(int number, ToLongFunction<SoakSample> value) {
        int from = number * samples.size() / 3;
        int to = (number + 1) * samples.size() / 3;
        long[] values = samples.subList(from, to).stream().mapToLong(value).sorted().toArray();
        int middle = values.length / 2;
        return values.length % 2 == 1
                ? values[middle]
                : (values[middle - 1] + values[middle]) / 2.0;
    }

    /// What there is more of, and less: most bytes first, then threads and handles.
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
                .filter(d -> d.what.startsWith("heap") && d.more >= SHOWN_BYTES)
                .limit(SHOWN_CLASSES)
                .forEach(d -> result.add("%s: %+,d bytes".formatted(d.what, d.more)));
        all.stream()
                .filter(d -> !d.what.startsWith("heap") && d.more != 0)
                .forEach(d -> result.add("%s: %+d".formatted(d.what, d.more)));
        return result;
    }
}
