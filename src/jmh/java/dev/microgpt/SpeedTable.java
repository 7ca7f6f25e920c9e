package dev.microgpt;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOptions;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Prints the speed of the tensor engine as a table: the median of seven runs of each shape, the fastest
/// and the slowest. The speed of a shared machine changes from minute to minute, so the peak is measured
/// before and after each row, and the higher figure counts.
///
/// Exits with 1 if a row is faster than the peak of its cores: then the peak was not found, and the table
/// means nothing.
final class SpeedTable {

    private static final String[] SHAPES = {
        "16,1,1", "16,1,16", "32,1,16", "64,1,16", "128,1,16", "256,4,64", "512,4,64"
    };

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Peak peak;
    private double gflopsBefore;
    private boolean isPlausible = true;

    private SpeedTable(Peak peak) throws RunnerException {
        this.peak = peak;
        gflopsBefore = peak.measure();
    }

    /// @param args shapes, see [TensorStepBenchmark]; none for those of the table
    public static void main(String[] args) throws IOException, RunnerException {
        SpeedTable table = new SpeedTable(Peak.find());
        if (args.length == 0) {
            table.print();
        }
        for (String shape : args) {
            table.row(shape, 1, TensorStepBenchmark.ONE_THREAD);
        }
        if (!table.isPlausible) {
            System.exit(1);
        }
    }

    private void print() throws IOException, RunnerException {
        out.printf(
                Locale.ROOT,
                "| nEmbd, layers, batch | us per document | GFLOP/s | share of the peak |%n");
        out.printf(Locale.ROOT, "|---|---|---|---|%n");
        for (String shape : SHAPES) {
            row(shape, 1, TensorStepBenchmark.ONE_THREAD);
        }
        row("256,4,64", 2, TensorStepBenchmark.TWO_THREADS);
        out.println();
        new TextSpeed(out).print();
        out.printf(
                Locale.ROOT,
                "The peak was measured with vectors of %d bits by %s.%n",
                peak.bits(),
                peak.benchmark());
    }

    private void row(String shape, int threads, String jvmArg) throws IOException, RunnerException {
        Statistics perStep =
                run(options(TensorStepBenchmark.class).param("shape", shape).jvmArgsAppend(jvmArg));
        ModelOptions model = TensorStepBenchmark.options(shape);
        double documents = model.batchSize();
        double perDocument = perStep.getPercentile(50) / documents;
        double gflops = operations(model, TensorStepBenchmark.documents(shape)) / perDocument / 1e3;
        double gflopsAfter = peak.measure();
        double peakGflops = threads * Math.max(gflopsBefore, gflopsAfter);
        gflopsBefore = gflopsAfter;
        isPlausible &= gflops <= peakGflops;
        out.printf(
                Locale.ROOT,
                "| %s%s | %s (%s to %s) | %.1f | %.0f%% of %.0f%s |%n",
                shape.replace(",", ", "),
                threads == 1 ? "" : ", " + threads + " threads",
                rounded(perDocument),
                rounded(perStep.getMin() / documents),
                rounded(perStep.getMax() / documents),
                gflops,
                100 * gflops / peakGflops,
                peakGflops,
                gflops <= peakGflops ? "" : ": not possible");
    }

    /// Returns the average number of operations per document: for each token and each weight of a linear
    /// layer, one multiplication and one addition in the forward pass, and twice as many in the backward
    /// pass. Attention and everything else are not counted.
    private static double operations(ModelOptions model, Corpus documents) {
        long tokens = 0;
        for (int i = 0; i < documents.size(); i++) {
            tokens += Math.min(model.blockSize(), documents.tokens(i).length - 1);
        }
        double c = model.nEmbd();
        double weights = 12 * model.nLayer() * c * c + documents.tokenizer().vocabSize() * c;
        return 6 * weights * tokens / documents.size();
    }

    private static String rounded(double microseconds) {
        return String.format(Locale.ROOT, microseconds < 100 ? "%.1f" : "%,.0f", microseconds);
    }

    private static ChainedOptionsBuilder options(Class<?> benchmark) {
        return new OptionsBuilder()
                .include("\\b" + benchmark.getSimpleName() + "\\b")
                .verbosity(VerboseMode.SILENT);
    }

    private static Statistics run(ChainedOptionsBuilder options) throws RunnerException {
        RunResult result = new Runner(options.build()).runSingle();
        return result.getPrimaryResult().getStatistics();
    }
}
