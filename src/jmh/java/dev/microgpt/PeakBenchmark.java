package dev.microgpt;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
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

/// Measures the peak of one core: the most float32 operations a nanosecond that independent chains of
/// fused multiply-adds reach.
///
/// A chain waits for its own last result, so it takes latency times throughput of them to keep the core
/// busy: 8 on a core with two units and a latency of 4 cycles, 16 with four units. Too many do not fit
/// into the registers, of which there may be 16 or 32. Which number is best depends on the CPU, as does
/// the width of the vectors, and [Peak] takes the best of all.
///
/// The chains are unrolled by hand, because the compiler keeps only local variables in registers. A score
/// counts 2 operations for each multiply-add of a vector; times [#lanes] it is GFLOP/s.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class PeakBenchmark {

    /// The system property for the width of the vectors in bits. A property and not a parameter, because
    /// the compiler needs a constant.
    static final String BITS = "microgpt.peak.bits";

    private static final VectorSpecies<Float> SPECIES =
            VectorSpecies.of(
                    float.class, VectorShape.forBitSize(Integer.getInteger(BITS, widestBits())));

    private static final int ROUNDS = 10_000;

    float factor = 0.999f;

    /// The width of the vectors that the JVM prefers on this machine, in bits.
    static int widestBits() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }

    /// The floats in a vector of a width in bits.
    static int lanes(int bits) {
        return bits / Float.SIZE;
    }

    /// Advances 12 chains.
    ///
    /// @return the sum of all chains in one lane
    @Benchmark
    @OperationsPerInvocation(2 * 12 * ROUNDS)
    public float chains12() {
        FloatVector f = FloatVector.broadcast(SPECIES, factor);
        FloatVector x = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector s0 = x.mul(1), s1 = x.mul(2), s2 = x.mul(3), s3 = x.mul(4);
        FloatVector s4 = x.mul(5), s5 = x.mul(6), s6 = x.mul(7), s7 = x.mul(8);
        FloatVector s8 = x.mul(9), s9 = x.mul(10), s10 = x.mul(11), s11 = x.mul(12);
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
            s10 = s10.fma(f, x);
            s11 = s11.fma(f, x);
        }
        FloatVector t0 = s0.add(s1).add(s2).add(s3);
        FloatVector t1 = s4.add(s5).add(s6).add(s7);
        FloatVector t2 = s8.add(s9).add(s10).add(s11);
        return t0.add(t1).add(t2).lane(0);
    }

    /// Advances 16 chains.
    ///
    /// @return the sum of all chains in one lane
    @Benchmark
    @OperationsPerInvocation(2 * 16 * ROUNDS)
    public float chains16() {
        FloatVector f = FloatVector.broadcast(SPECIES, factor);
        FloatVector x = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector s0 = x.mul(1), s1 = x.mul(2), s2 = x.mul(3), s3 = x.mul(4);
        FloatVector s4 = x.mul(5), s5 = x.mul(6), s6 = x.mul(7), s7 = x.mul(8);
        FloatVector s8 = x.mul(9), s9 = x.mul(10), s10 = x.mul(11), s11 = x.mul(12);
        FloatVector s12 = x.mul(13), s13 = x.mul(14), s14 = x.mul(15), s15 = x.mul(16);
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
            s10 = s10.fma(f, x);
            s11 = s11.fma(f, x);
            s12 = s12.fma(f, x);
            s13 = s13.fma(f, x);
            s14 = s14.fma(f, x);
            s15 = s15.fma(f, x);
        }
        FloatVector t0 = s0.add(s1).add(s2).add(s3);
        FloatVector t1 = s4.add(s5).add(s6).add(s7);
        FloatVector t2 = s8.add(s9).add(s10).add(s11);
        FloatVector t3 = s12.add(s13).add(s14).add(s15);
        return t0.add(t1).add(t2).add(t3).lane(0);
    }

    /// Advances 24 chains.
    ///
    /// @return the sum of all chains in one lane
    @Benchmark
    @OperationsPerInvocation(2 * 24 * ROUNDS)
    public float chains24() {
        FloatVector f = FloatVector.broadcast(SPECIES, factor);
        FloatVector x = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector s0 = x.mul(1), s1 = x.mul(2), s2 = x.mul(3), s3 = x.mul(4);
        FloatVector s4 = x.mul(5), s5 = x.mul(6), s6 = x.mul(7), s7 = x.mul(8);
        FloatVector s8 = x.mul(9), s9 = x.mul(10), s10 = x.mul(11), s11 = x.mul(12);
        FloatVector s12 = x.mul(13), s13 = x.mul(14), s14 = x.mul(15), s15 = x.mul(16);
        FloatVector s16 = x.mul(17), s17 = x.mul(18), s18 = x.mul(19), s19 = x.mul(20);
        FloatVector s20 = x.mul(21), s21 = x.mul(22), s22 = x.mul(23), s23 = x.mul(24);
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
            s10 = s10.fma(f, x);
            s11 = s11.fma(f, x);
            s12 = s12.fma(f, x);
            s13 = s13.fma(f, x);
            s14 = s14.fma(f, x);
            s15 = s15.fma(f, x);
            s16 = s16.fma(f, x);
            s17 = s17.fma(f, x);
            s18 = s18.fma(f, x);
            s19 = s19.fma(f, x);
            s20 = s20.fma(f, x);
            s21 = s21.fma(f, x);
            s22 = s22.fma(f, x);
            s23 = s23.fma(f, x);
        }
        FloatVector t0 = s0.add(s1).add(s2).add(s3);
        FloatVector t1 = s4.add(s5).add(s6).add(s7);
        FloatVector t2 = s8.add(s9).add(s10).add(s11);
        FloatVector t3 = s12.add(s13).add(s14).add(s15);
        FloatVector t4 = s16.add(s17).add(s18).add(s19);
        FloatVector t5 = s20.add(s21).add(s22).add(s23);
        return t0.add(t1).add(t2).add(t3).add(t4).add(t5).lane(0);
    }
}
