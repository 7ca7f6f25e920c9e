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

/// Runs the benchmarks of the tensor engine and prints their results as a table: medians, with the fastest
/// and the slowest of seven runs. The peak is measured right before each row, as the speed of a shared
/// machine changes.
final class SpeedTable {

    private static final String[] SHAPES = {
        "16,1,1", "16,1,16", "32,1,16", "64,1,16", "128,1,16", "256,4,64"
    };

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Corpus names;

    private SpeedTable(Corpus names) {
        this.names = names;
    }

    /// @param args none
    public static void main(String[] args) throws IOException, RunnerException {
        new SpeedTable(NameModels.names()).print();
    }

    private void print() throws RunnerException {
        out.printf(
                Locale.ROOT,
                "| nEmbd, layers, batch | us per document | GFLOP/s | share of the peak |%n");
        out.printf(Locale.ROOT, "|---|---|---|---|%n");
        for (String shape : SHAPES) {
            row(shape, TensorStepBenchmark.ONE_THREAD, "");
        }
        row("256,4,64", TensorStepBenchmark.TWO_THREADS, ", two threads");
        Statistics perName = run(options(GenerateBenchmark.class));
        GenerateBenchmark benchmark = new GenerateBenchmark();
        double characters = characters(benchmark);
        out.printf(
                Locale.ROOT,
                "%nGenerating: %.2f us per character, %,.0f names a second (%.1f characters each)%n",
                perName.getPercentile(50) / characters,
                1e6 / perName.getPercentile(50),
                characters);
    }

    private static double characters(GenerateBenchmark benchmark) {
        try {
            benchmark.train();
        } catch (IOException e) {
            throw new IllegalStateException("the names can no longer be read", e);
        }
        return (double) benchmark.generate() / GenerateBenchmark.NAMES;
    }

    private void row(String shape, String threads, String note) throws RunnerException {
        double peak = run(options(PeakBenchmark.class)).getPercentile(50) * PeakBenchmark.lanes();
        Statistics perStep =
                run(
                        options(TensorStepBenchmark.class)
                                .param("shape", shape)
                                .jvmArgsAppend(threads));
        ModelOptions model = TensorStepBenchmark.options(shape);
        double documents = model.batchSize();
        double perDocument = perStep.getPercentile(50) / documents;
        double gflops = operations(model) / perDocument / 1e3;
        out.printf(
                Locale.ROOT,
                "| %s%s | %s (%s to %s) | %.1f | %.0f%% of %.0f |%n",
                shape.replace(",", ", "),
                note,
                rounded(perDocument),
                rounded(perStep.getMin() / documents),
                rounded(perStep.getMax() / documents),
                gflops,
                100 * gflops / peak,
                peak);
    }

    /// Returns the average number of operations per document: for each token and each weight of a linear
    /// layer, one multiplication and one addition in the forward pass, and twice as many in the backward
    /// pass. Attention and everything else are not counted.
    private double operations(ModelOptions model) {
        long tokens = 0;
        for (int i = 0; i < names.size(); i++) {
            tokens += Math.min(model.blockSize(), names.tokens(i).length - 1);
        }
        double c = model.nEmbd();
        double weights = 12 * model.nLayer() * c * c + names.tokenizer().vocabSize() * c;
        return 6 * weights * tokens / names.size();
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
