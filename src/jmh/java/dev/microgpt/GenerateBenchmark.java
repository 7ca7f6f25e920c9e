package dev.microgpt;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
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
import java.util.concurrent.TimeUnit;

/// Measures the time that a trained model of default size takes to generate a name.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 7, time = 1)
@State(Scope.Benchmark)
public class GenerateBenchmark {

    static final int NAMES = 1000;

    private static final int STEPS = 1000;

    private MicroGpt model = new MicroGpt();

    @Setup
    public void train() throws IOException {
        model = NameModels.create(ModelOptions.builder().engine(EngineKind.TENSOR).build());
        for (int i = 0; i < STEPS; i++) {
            model.advance();
        }
    }

    /// Generates names, the same in each invocation.
    ///
    /// @return the total number of their characters
    @Benchmark
    @OperationsPerInvocation(NAMES)
    public int generate() {
        RandomSource random = model.newRandom(1);
        int characters = 0;
        for (int i = 0; i < NAMES; i++) {
            characters += model.generate(GenerateOptions.defaults(), random).text().length();
        }
        return characters;
    }
}
