package dev.microgpt;

import org.openjdk.jmh.util.ListStatistics;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/// Compares how fast names are generated and scored one by one and many at a time, with the methods of [TextsBenchmark]. Both
/// run in turn, and only the time that this thread has had of a processor counts, since the speed of a shared machine changes
/// from minute to minute. The first turns, in which the code is compiled, are not measured.
final class TextSpeed {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 15;
    private static final int PAIRS = 25;

    private final PrintStream out;

    TextSpeed(PrintStream out) {
        this.out = out;
    }

    /// Prints two lines.
    void print() throws IOException {
        TextsBenchmark texts = new TextsBenchmark();
        texts.train();
        double generated = texts.generateMany();
        compare("Generating", generated, texts::generateEach, texts::generateMany);
        compare("Scoring", texts.characters(), texts::scoreEach, texts::scoreMany);
    }

    private void compare(String what, double characters, DoubleSupplier each, DoubleSupplier many) {
        double[] eachRate = new double[PAIRS];
        double[] manyRate = new double[PAIRS];
        double[] ratio = new double[PAIRS];
        for (int i = -WARM_UP; i < PAIRS; i++) {
            double first = charactersPerMicrosecond(characters, each);
            double second = charactersPerMicrosecond(characters, many);
            if (i >= 0) {
                eachRate[i] = first;
                manyRate[i] = second;
                ratio[i] = second / first;
            }
        }
        double perName = characters / TextsBenchmark.NAMES;
        out.printf(
                Locale.ROOT,
                "%s names of %.1f characters: %.2f million characters a second one by one, %.2f many at"
                        + " a time, %.2f times as many; %,.0f names a second%n",
                what,
                perName,
                median(eachRate),
                median(manyRate),
                median(ratio),
                1e6 * median(manyRate) / perName);
    }

    private static double charactersPerMicrosecond(double characters, DoubleSupplier benchmark) {
        long start = THREADS.getCurrentThreadCpuTime();
        double result = benchmark.getAsDouble();
        long end = THREADS.getCurrentThreadCpuTime();
        if (!Double.isFinite(result)) {
            throw new IllegalStateException("the benchmark returned " + result);
        }
        return 1e3 * characters / (end - start);
    }

    private static double median(double[] numbers) {
        return new ListStatistics(numbers).getPercentile(50);
    }
}
