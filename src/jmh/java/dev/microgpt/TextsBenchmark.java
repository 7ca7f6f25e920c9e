package dev.microgpt;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.ScoreBatch;
import dev.microgpt.engine.TextStream;
import dev.microgpt.engine.random.RandomSource;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Measures the time that a trained model of default size takes for a name when it generates or scores many, many at a
/// time or one by one.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 6, time = 2)
@Measurement(iterations = 7, time = 1)
@State(Scope.Benchmark)
public class TextsBenchmark {

    static final int NAMES = 20_000;

    private static final int STEPS = 1000;

    private MicroGpt model = new MicroGpt();
    private List<String> names = List.of();

    @Setup
    public void train() throws IOException {
        model = NameModels.create(ModelOptions.builder().engine(EngineKind.TENSOR).build());
        for (int i = 0; i < STEPS; i++) {
            model.advance();
        }
        names = new ArrayList<>();
        for (int i = 0; i < NAMES; i++) {
            names.add(model.corpus().document(i));
        }
    }

    /// Generates names one by one.
    ///
    /// @return the total number of their characters
    @Benchmark
    @OperationsPerInvocation(NAMES)
    public int generateEach() {
        RandomSource random = model.newRandom(1);
        int characters = 0;
        for (int i = 0; i < NAMES; i++) {
            characters += model.generate(GenerateOptions.defaults(), random).text().length();
        }
        return characters;
    }

    /// Generates the same names, many at a time.
    ///
    /// @return the total number of their characters
    @Benchmark
    @OperationsPerInvocation(NAMES)
    public int generateMany() {
        RandomSource random = model.newRandom(1);
        TextStream stream = new TextStream(GenerateOptions.defaults());
        int characters = 0;
        int rest = NAMES;
        while (rest > 0) {
            for (Sample name : stream.next(model.languageModel(), random, rest, rest)) {
                characters += name.text().length();
                rest--;
            }
        }
        return characters;
    }

    /// Scores names one by one.
    ///
    /// @return the sum of the logarithms of their probabilities, in nats
    @Benchmark
    @OperationsPerInvocation(NAMES)
    public double scoreEach() {
        double sum = 0;
        for (String name : names) {
            sum += model.score(name).logLikelihood();
        }
        return sum;
    }

    /// Scores the same names, many at a time.
    ///
    /// @return the sum of the logarithms of their probabilities, in nats
    @Benchmark
    @OperationsPerInvocation(NAMES)
    public double scoreMany() {
        ScoreBatch batch = new ScoreBatch(model.languageModel());
        double sum = 0;
        for (String name : names) {
            batch.add(name, "name");
            if (batch.isFull()) {
                sum = added(sum, batch.scores());
            }
        }
        return added(sum, batch.scores());
    }

    private static double added(double sum, List<Score> scores) {
        double result = sum;
        for (Score score : scores) {
            result += score.logLikelihood();
        }
        return result;
    }

    /// Returns the total number of characters of the names to score.
    int characters() {
        return names.stream().mapToInt(String::length).sum();
    }
}
