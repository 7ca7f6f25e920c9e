package dev.microgpt.load;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/// Whether a page was as smooth as wanted, and did not grow.
final class PageReport {

    private static final double LEAST_FRAMES = 20;
    private static final double MOST_GROWTH = 1.1;
    private static final double MORE = 2 << 20; // bytes
    private static final double MB = 1 << 20;

    private final double framesPerSecond;
    private final double firstHeap;
    private final double lastHeap;

    /// @param minutes of which the first is left out of the heap's course: the page warms up
    PageReport(List<PageMinute> minutes) {
        framesPerSecond =
                median(
                        minutes.stream()
                                .flatMap(minute -> minute.windows().stream())
                                .mapToDouble(PageWindow::framesPerSecond)
                                .toArray());
        double[] heaps =
                minutes.stream()
                        .skip(minutes.size() > 1 ? 1 : 0)
                        .mapToDouble(PageMinute::heap)
                        .toArray();
        int third = Math.ceilDiv(heaps.length, 3);
        firstHeap = mean(Arrays.copyOf(heaps, third));
        lastHeap = mean(Arrays.copyOfRange(heaps, heaps.length - third, heaps.length));
    }

    boolean isGood() {
        return isSmooth() && isSteady();
    }

    private boolean isSmooth() {
        return framesPerSecond >= LEAST_FRAMES;
    }

    private boolean isSteady() {
        return lastHeap <= MOST_GROWTH * firstHeap + MORE;
    }

    void print(PrintStream out) {
        out.printf(
                "median of the frames a second: %.1f (wanted at least %.0f) %s%n",
                framesPerSecond, LEAST_FRAMES, isSmooth() ? "ok" : "MISSED");
        out.printf(
                "heap: %.1f MB in the first third, %.1f in the last (wanted at most %.1f) %s%n",
                firstHeap / MB,
                lastHeap / MB,
                (MOST_GROWTH * firstHeap + MORE) / MB,
                isSteady() ? "ok" : "MISSED");
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
