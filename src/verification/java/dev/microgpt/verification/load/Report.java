package dev.microgpt.verification.load;

import dev.microgpt.verification.support.HeapUse;
import dev.microgpt.verification.support.Statistics;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Judges the results of the load test.
final class Report {

    private static final double MIN_TRAINING_RATIO = 0.95;
    private static final double MAX_MILLIS = 50;
    private static final double MIN_SLOWEST = 0.5;
    private static final double MAX_HEAP_RATIO = 1.15;
    private static final double MB = 1 << 20;

    private final Measurements results;
    private final List<String> lines = new ArrayList<>();
    private boolean isCorrect = true;
    private boolean isFast = true;

    Report(Measurements results) {
        this.results = results;
        checkCorrectness();
        checkTraining();
        checkCalls();
        checkOthers();
    }

    /// Returns whether no loss went missing and nothing failed.
    boolean isCorrect() {
        return isCorrect;
    }

    /// Returns whether all measurements meet their targets.
    boolean isFast() {
        return isFast;
    }

    void print(PrintStream out) {
        lines.forEach(out::println);
        results.faults().stream().limit(5).forEach(fault -> out.println("fault: " + fault));
    }

    private void checkCorrectness() {
        int good = results.plan().fast() - results.faults().size();
        isCorrect =
                results.faults().isEmpty()
                        && results.leftBehind() == 0
                        && results.failedCalls() == 0
                        && results.errors() == 0;
        add(
                "every loss once, in order, equal to GET losses: %d of %d fast watchers, %,d losses"
                        .formatted(good, results.plan().fast(), results.losses()),
                "all",
                results.faults().isEmpty());
        add(
                "watchers of the crowd that received nothing in a phase, or were disconnected: %d of %d"
                        .formatted(
                                results.leftBehind(),
                                2 * results.plan().crowd() * results.watched().size()),
                "0",
                results.leftBehind() == 0);
        add(
                "failures: %d calls, %d errors in the log"
                        .formatted(results.failedCalls(), results.errors()),
                "0",
                results.failedCalls() == 0 && results.errors() == 0);
    }

    private void checkTraining() {
        List<Double> corrected = results.ratios(Phase::stepsPerFreeCpu);
        lines.add(
                "training: %,.0f steps/s without watchers, %,.0f with: %s"
                        .formatted(
                                median(results.unwatched(), Phase::stepsPerSecond),
                                median(results.watched(), Phase::stepsPerSecond),
                                range(results.ratios(Phase::stepsPerSecond))));
        requireFast(
                "  per CPU second that the load generator leaves: " + range(corrected),
                "at least %.0f%%".formatted(100 * MIN_TRAINING_RATIO),
                Statistics.median(corrected) >= MIN_TRAINING_RATIO);
        lines.add(
                "  per CPU second of the service: "
                        + range(results.ratios(Phase::stepsPerServerCpu)));
        lines.add(
                "  CPUs used by the service: %.2f without watchers, %.2f with; by the load generator: %.2f, %.2f"
                        .formatted(
                                median(
                                        results.unwatched(),
                                        phase -> phase.serverCpu() / phase.seconds()),
                                median(
                                        results.watched(),
                                        phase -> phase.serverCpu() / phase.seconds()),
                                median(
                                        results.unwatched(),
                                        phase -> phase.generatorCpu() / phase.seconds()),
                                median(
                                        results.watched(),
                                        phase -> phase.generatorCpu() / phase.seconds())));
    }

    private void checkCalls() {
        lines.add("generate without watchers: " + times(sortedCalls(results.unwatched())));
        List<Double> times = sortedCalls(results.watched());
        requireFast(
                "generate with watchers: " + times(times),
                "p99 under %.0f ms".formatted(MAX_MILLIS),
                percentile(times, 0.99) < MAX_MILLIS);
    }

    private void checkOthers() {
        double slowest = results.slowestRelativeToMean();
        requireFast(
                "slowest session: %.2f of the mean".formatted(slowest),
                "at least %.1f".formatted(MIN_SLOWEST),
                slowest >= MIN_SLOWEST);
        double first = results.heaps().getFirst().others();
        requireFast(
                "heap after GC without models and losses: "
                        + megabytes(results.heaps().stream().map(HeapUse::others).toList()),
                "last at most %.2f of the first".formatted(MAX_HEAP_RATIO),
                results.heaps().getLast().others() <= MAX_HEAP_RATIO * first);
        lines.add(
                "  in total: " + megabytes(results.heaps().stream().map(HeapUse::total).toList()));
        int phases = results.watched().size();
        lines.add(
                "closed by the service: %d of %d watchers that never read, %d of %d that read slowly"
                        .formatted(
                                results.silentClosed(),
                                phases * results.plan().silent(),
                                results.slowClosed(),
                                phases * results.plan().slow()));
        double frames = median(results.watched(), Phase::framesPerSecond);
        lines.add(
                "frames: %,.0f per second to the fast watchers, %.1f to each"
                        .formatted(frames, frames / results.plan().fast()));
    }

    private void requireFast(String measurement, String target, boolean isMet) {
        isFast &= isMet;
        add(measurement, target, isMet);
    }

    private void add(String measurement, String target, boolean isMet) {
        lines.add(measurement + " (target: " + target + ") " + (isMet ? "ok" : "MISSED"));
    }

    private static String range(List<Double> ratios) {
        return "%.1f%% (%.1f to %.1f)"
                .formatted(
                        100 * Statistics.median(ratios),
                        100 * Collections.min(ratios),
                        100 * Collections.max(ratios));
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

    private static double median(List<Phase> phases, Measurements.PhaseValue value) {
        return Statistics.median(phases.stream().map(value::of).toList());
    }

    private static double percentile(List<Double> sorted, double share) {
        int rank = (int) Math.ceil(share * sorted.size());
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, rank - 1));
    }
}
