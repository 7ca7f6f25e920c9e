package dev.microgpt;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A placeholder that proves the wiring of the benchmarks. */
@State(Scope.Benchmark)
public class ScalarStepBenchmark {

    private double x = 3;

    @Benchmark
    public double log() {
        return Math.log(x);
    }
}
