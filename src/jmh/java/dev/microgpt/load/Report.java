package dev.microgpt.load;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Says what was measured, and whether it is as wanted.
final class Report {

    private static final double LEAST_TRAINING = 0.95;
    private static final double MOST_MILLIS = 50;
    private static final double LEAST_SHARE = 0.5;
    private static final double MOST_HEAP = 1.15;
    private static final double MB = 1 << 20;

    private final Measurements found;
    private final List<String> lines = new ArrayList<>();
    private boolean isCorrect = true;
    private boolean isFast = true;

    Report(Measurements found) {
        this.found = found;
        correctness();
        training();
        calls();
        rest();
    }

    /// Whether nothing was lost and nothing failed.
    boolean isCorrect() {
        return isCorrect;
    }

    /// Whether all figures are as wanted.
    boolean isFast() {
        return isFast;
    }

    void print(PrintStream out) {
        lines.forEach(out::println);
        found.faults().stream().limit(5).forEach(fault -> out.println("fault: " + fault));
    }

    private void correctness() {
        int good = found.plan().fast() - found.faults().size();
        isCorrect =
                found.faults().isEmpty()
                        && found.leftBehind() == 0
                        && found.failedCalls() == 0
                        && found.errors() == 0;
        add(
                "every loss once, in order, as GET losses: %d of %d fast watchers, %,d losses"
                        .formatted(good, found.plan().fast(), found.losses()),
                "all",
                found.faults().isEmpty());
        add(
                "counted watchers that got nothing in a phase, or were cut off: %d of %d"
                        .formatted(
                                found.leftBehind(), 2 * found.plan().crowd() * found.on().size()),
                "0",
                found.leftBehind() == 0);
        add(
                "failures: %d calls, %d errors in the log"
                        .formatted(found.failedCalls(), found.errors()),
                "0",
                found.failedCalls() == 0 && found.errors() == 0);
    }

    private void training() {
        List<Double> corrected = found.shares(Phase::stepsPerFreeCpu);
        lines.add(
                "training: %,.0f steps/s without watchers, %,.0f with: %s"
                        .formatted(
                                median(found.off(), Phase::stepsPerSecond),
                                median(found.on(), Phase::stepsPerSecond),
                                range(found.shares(Phase::stepsPerSecond))));
        figure(
                "  per CPU second that the load generator leaves: " + range(corrected),
                "at least %.0f%%".formatted(100 * LEAST_TRAINING),
                median(corrected) >= LEAST_TRAINING);
        lines.add(
                "  per CPU second of the service: "
                        + range(found.shares(Phase::stepsPerServerCpu)));
        lines.add(
                "  CPUs that the service took: %.2f without, %.2f with; the load generator: %.2f, %.2f"
                        .formatted(
                                median(found.off(), phase -> phase.serverCpu() / phase.seconds()),
                                median(found.on(), phase -> phase.serverCpu() / phase.seconds()),
                                median(
                                        found.off(),
                                        phase -> phase.generatorCpu() / phase.seconds()),
                                median(
                                        found.on(),
                                        phase -> phase.generatorCpu() / phase.seconds())));
    }

    private void calls() {
        lines.add("generate without watchers: " + times(sortedCalls(found.off())));
        List<Double> times = sortedCalls(found.on());
        figure(
                "generate with watchers: " + times(times),
                "p99 under %.0f ms".formatted(MOST_MILLIS),
                percentile(times, 0.99) < MOST_MILLIS);
    }

    private void rest() {
        double slowest = found.slowestShare();
        figure(
                "slowest session: %.2f of the mean".formatted(slowest),
                "at least %.1f".formatted(LEAST_SHARE),
                slowest >= LEAST_SHARE);
        double first = found.heaps().getFirst().others();
        figure(
                "heap after GC, but for models and losses: "
                        + megabytes(found.heaps().stream().map(HeapUse::others).toList()),
                "last at most %.2f of the first".formatted(MOST_HEAP),
                found.heaps().getLast().others() <= MOST_HEAP * first);
        lines.add("  all of it: " + megabytes(found.heaps().stream().map(HeapUse::total).toList()));
        int phases = found.on().size();
        lines.add(
                "closed by the service: %d of %d that did not read, %d of %d slow ones"
                        .formatted(
                                found.silentClosed(),
                                phases * found.plan().silent(),
                                found.slowClosed(),
                                phases * found.plan().slow()));
        double frames = median(found.on(), Phase::framesPerSecond);
        lines.add(
                "frames: %,.0f a second to the fast watchers, %.1f to each"
                        .formatted(frames, frames / found.plan().fast()));
    }

    private void figure(String figure, String wanted, boolean ok) {
        isFast &= ok;
        add(figure, wanted, ok);
    }

    private void add(String figure, String wanted, boolean ok) {
        lines.add(figure + " (wanted " + wanted + ") " + (ok ? "ok" : "MISSED"));
    }

    private static String range(List<Double> shares) {
        return "%.1f%% (%.1f to %.1f)"
                .formatted(
                        100 * median(shares),
                        100 * Collections.min(shares),
                        100 * Collections.max(shares));
    }

    private static List<Double> sortedCalls(List<Phase> phases) {
        return phases.stream().flatMap(phase -> phase.callMillis().stream()).sorted().toList();
    }

    private static String times(List<Double> sorted) {
        return "p50 %.1f, p99 %.1f, max %.1f ms"
                .formatted(
                        percentile(sorted, 0.5), percentile(sorted, 0.99), percentile(sorted, 1));
    }

    private static String megabytes(List<Long> bytes) {
        return String.join(", ", bytes.stream().map(b -> "%.1f".formatted(b / MB)).toList())
                + " MB";
    }

    private static double median(List<Phase> phases, Measurements.PhaseFigure figure) {
        return median(phases.stream().map(figure::of).toList());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(half)
                : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    private static double percentile(List<Double> sorted, double share) {
        int rank = (int) Math.ceil(share * sorted.size());
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, rank - 1));
    }
}
