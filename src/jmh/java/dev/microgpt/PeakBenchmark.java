package dev.microgpt;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/// Measures the peak number of float32 operations per second on one core, with independent fused
/// multiply-adds. The other benchmarks are compared with it.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class PeakBenchmark {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ROUNDS = 10_000;
    private static final int CHAINS = 10; // independent chains, enough to hide the latency

    /// Operations of one invocation on vectors of 16 lanes; see [#lanes] for other sizes.
    private static final int OPERATIONS = 2 * 16 * CHAINS * ROUNDS;

    float factor = 0.999f;

    /// Returns the number of actual operations per operation that JMH counts: the lanes of a vector / 16.
    static double lanes() {
        return SPECIES.length() / 16.0;
    }

    /// Repeatedly multiplies by the factor and adds 0.001.
    ///
    /// @return the sum of all chains in one lane
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public float multiplyAndAdd() {
        FloatVector f = FloatVector.broadcast(SPECIES, factor);
        FloatVector x = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector s0 = x.mul(1), s1 = x.mul(2), s2 = x.mul(3), s3 = x.mul(4), s4 = x.mul(5);
        FloatVector s5 = x.mul(6), s6 = x.mul(7), s7 = x.mul(8), s8 = x.mul(9), s9 = x.mul(10);
        for (int i = 0; i < ROUNDS; i++) {
            s0 = s0.fma(f, x);
            s1 = s1.fma(f, x);
            s2 = s2.fma(f, x);
            s3 = s3.fma(f, x);
            s4 = s4.fma(f, x);
            s5 = s5.fma(f, x);
            s6 = s6.fma(f, x);
            s7 = s7.fma(f, x);
            s8 = s8.fma(f, x);
            s9 = s9.fma(f, x);
        }
        FloatVector low = s0.add(s1).add(s2).add(s3).add(s4);
        FloatVector high = s5.add(s6).add(s7).add(s8).add(s9);
        return low.add(high).lane(0);
    }
}
