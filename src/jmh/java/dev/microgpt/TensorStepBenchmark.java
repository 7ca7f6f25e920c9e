package dev.microgpt;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Measures the time that the tensor engine takes for a training step on names, on one thread.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = TensorStepBenchmark.ONE_THREAD)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 7, time = 1)
@State(Scope.Benchmark)
public class TensorStepBenchmark {

    private static final String THREADS = "-Djava.util.concurrent.ForkJoinPool.common.parallelism=";

    /// Sets the size of the common pool to 0, as the calling thread works too.
    static final String ONE_THREAD = THREADS + 0;

    static final String TWO_THREADS = THREADS + 1;

    /// Embedding width, layers, and documents per step. A fourth number is blockSize, with documents of that many tokens
    /// instead of names.
    @Param({"16,1,1", "16,1,16", "32,1,16", "64,1,16", "128,1,16", "256,4,64"})
    String shape = "";

    private MicroGpt model = new MicroGpt();

    static ModelOptions options(String shape) {
        String[] numbers = shape.split(",", -1);
        int nEmbd = Integer.parseInt(numbers[0]);
        return ModelOptions.builder()
                .engine(EngineKind.TENSOR)
                .nEmbd(nEmbd)
                .nLayer(Integer.parseInt(numbers[1]))
                .batchSize(Integer.parseInt(numbers[2]))
                .blockSize(numbers.length > 3 ? Integer.parseInt(numbers[3]) : 16)
                .numSteps(1_000_000_000)
                .learningRate(nEmbd <= 256 ? 0.001 : 0.0001) // wide models diverge sooner
                .build();
    }

    /// Returns the documents of a shape.
    static Corpus documents(String shape) throws IOException {
        return shape.split(",", -1).length > 3
                ? NameModels.joinedNames(options(shape).blockSize() - 1)
                : NameModels.names();
    }

    @Setup
    public void load() throws IOException {
        model = NameModels.create(options(shape), documents(shape));
    }

    /// Trains one step on as many names as the shape specifies.
    ///
    /// @return the loss
    @Benchmark
    public double trainStep() {
        return model.advance();
    }
}
