package dev.microgpt;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Measures the time that the reference engine takes for a training step of a model of default size, and to
/// generate a name.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Benchmark)
public class ScalarStepBenchmark {

    private MicroGpt model = new MicroGpt();

    @Setup
    public void load() throws IOException {
        model = NameModels.create(ModelOptions.builder().engine(EngineKind.SCALAR).build());
    }

    /// Trains one step on one name.
    ///
    /// @return the loss
    @Benchmark
    public double trainStep() {
        return model.advance();
    }

    /// Generates one name. Names of an untrained model are longer than most.
    ///
    /// @return the name
    @Benchmark
    public String generate() {
        return model.generate(0.5).text();
    }
}
