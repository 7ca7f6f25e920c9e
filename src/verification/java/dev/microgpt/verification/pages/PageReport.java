package dev.microgpt.verification.pages;

import dev.microgpt.verification.support.Statistics;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/// Judges the frame rate and the memory of a page over several minutes.
final class PageReport {

    private static final double MIN_FRAMES_PER_SECOND = 40;
    private static final double MAX_GROWTH = 1.1;
    private static final double GROWTH_SLACK = 2 << 20; // bytes
    private static final double MB = 1 << 20;

    private final double framesPerSecond;
    private final double firstHeap;
    private final double lastHeap;

    /// @param minutes at least one. If there are more, the heap of the first is left out: the page warms up.
    PageReport(List<PageMinute> minutes) {
        framesPerSecond =
                Statistics.median(
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
        return framesPerSecond >= MIN_FRAMES_PER_SECOND;
    }

    private boolean isSteady() {
        return lastHeap <= MAX_GROWTH * firstHeap + GROWTH_SLACK;
    }

    void print(PrintStream out) {
        out.printf(
                "median frame rate: %.1f per second (target: at least %.0f) %s%n",
                framesPerSecond, MIN_FRAMES_PER_SECOND, isSmooth() ? "ok" : "MISSED");
        out.printf(
                "heap: %.1f MB in the first third, %.1f MB in the last (target: at most %.1f MB) %s%n",
                firstHeap / MB,
                lastHeap / MB,
                (MAX_GROWTH * firstHeap + GROWTH_SLACK) / MB,
                isSteady() ? "ok" : "MISSED");
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
