package dev.microgpt.verification.pages;

import dev.microgpt.verification.support.Statistics;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The measurements of a page over one minute.
///
/// @param heap bytes of the JavaScript heap after a garbage collection
/// @param nodes DOM nodes
/// @param listeners event listeners
record PageMinute(List<PageWindow> windows, double heap, int nodes, int listeners) {

    static final String HEADING =
            "frames/s: median  lowest  5%  | updates/s | long tasks   total ms  longest | heap MB  nodes  listeners";

    private static final double MB = 1 << 20;

    private double sum(ToDoubleFunction<PageWindow> figure) {
        return windows.stream().mapToDouble(figure).sum();
    }

    private double median(ToDoubleFunction<PageWindow> figure) {
        return Statistics.median(windows.stream().mapToDouble(figure).toArray());
    }

    private double lowest(ToDoubleFunction<PageWindow> figure) {
        return windows.stream().mapToDouble(figure).min().orElse(0);
    }

    @Override
    public String toString() {
        double[] longTasks =
                windows.stream()
                        .map(PageWindow::longTasks)
                        .flatMapToDouble(Arrays::stream)
                        .toArray();
        return "%16.1f %7.1f %3.0f  | %9.1f | %10d %10.0f %8.0f | %7.1f %6d %10d"
                .formatted(
                        median(PageWindow::framesPerSecond),
                        lowest(PageWindow::framesPerSecond),
                        median(PageWindow::slowFramesPerSecond),
                        sum(PageWindow::updates) / sum(PageWindow::seconds),
                        longTasks.length,
                        Arrays.stream(longTasks).sum(),
                        Arrays.stream(longTasks).max().orElse(0),
                        heap / MB,
                        nodes,
                        listeners);
    }
}
