package dev.microgpt;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.util.List;

/// The setting of [PeakBenchmark] that gets the most out of this CPU.
///
/// @param bits width of the vectors
/// @param benchmark name of the benchmark method, such as `chains16`
record Peak(int bits, String benchmark) {

    private static final List<String> BENCHMARKS = List.of("chains12", "chains16", "chains24");
    private static final int NARROWEST_BITS = 128;

    /// Tries all numbers of chains at all widths, for about two seconds each.
    static Peak find() throws RunnerException {
        Peak best = new Peak(PeakBenchmark.widestBits(), BENCHMARKS.getFirst());
        double bestGflops = 0;
        for (int bits = NARROWEST_BITS; bits <= PeakBenchmark.widestBits(); bits *= 2) {
            for (String benchmark : BENCHMARKS) {
                Peak peak = new Peak(bits, benchmark);
                double gflops = peak.gflops(1);
                if (gflops > bestGflops) {
                    best = peak;
                    bestGflops = gflops;
                }
            }
        }
        return best;
    }

    /// Returns the most GFLOP/s that one core reached in any of three seconds. The highest figure, because
    /// what slows a core down from outside makes no peak lower.
    double measure() throws RunnerException {
        return gflops(3);
    }

    private double gflops(int iterations) throws RunnerException {
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include(
                                "\\b"
                                        + PeakBenchmark.class.getSimpleName()
                                        + "\\."
                                        + benchmark
                                        + "$")
                        .jvmArgsAppend("-D" + PeakBenchmark.BITS + "=" + bits)
                        .warmupIterations(1)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(iterations)
                        .measurementTime(TimeValue.seconds(1))
                        .verbosity(VerboseMode.SILENT);
        return new Runner(options.build()).runSingle().getPrimaryResult().getStatistics().getMax()
                * PeakBenchmark.lanes(bits);
    }
}
