package dev.microgpt;

import dev.microgpt.engine.MicroGpt;

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

/// Measures whether training becomes slower over many steps: each iteration trains the next 10,000 steps of
/// the same model. Decaying numbers could become subnormal, with which arithmetic takes many times longer.
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 0)
@Measurement(iterations = 5)
@State(Scope.Benchmark)
public class LongRunBenchmark {

    private static final int STEPS = 10_000;

    private MicroGpt model = new MicroGpt();

    @Setup
    public void load() throws IOException {
        MicroGpt warmup = NameModels.create(TensorStepBenchmark.options("16,1,1"));
        for (int i = 0; i < 3 * STEPS; i++) { // so that the code is compiled before the measurement
            warmup.advance();
        }
        model = NameModels.create(TensorStepBenchmark.options("16,1,1"));
    }

    /// Trains the next steps, on one name each.
    ///
    /// @return the last loss
    @Benchmark
    public double trainOn() {
        double loss = 0;
        for (int i = 0; i < STEPS; i++) {
            loss = model.advance();
        }
        return loss;
    }
}
