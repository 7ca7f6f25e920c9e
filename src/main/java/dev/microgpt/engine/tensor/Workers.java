package dev.microgpt.engine.tensor;

import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/// Splits the work of a phase among the threads of the JDK's common pool, whose size is set by
/// `-Djava.util.concurrent.ForkJoinPool.common.parallelism`.
///
/// The result does not depend on where the work is split: no number is computed by more than one part.
final class Workers {

    /// The number of parts of a phase: more than threads, as some threads may be busy with other work.
    static final int PARTS = 2 * (ForkJoinPool.getCommonPoolParallelism() + 1);

    /// The number of operations below which a step is faster on one thread.
    static final double PARALLEL_THRESHOLD = 2e8;

    private Workers() {}

    /// A piece of work on independent units.
    interface Phase {

        /// Works on a range of units.
        ///
        /// @param part 0 to PARTS - 1; within a phase, calls with the same part never run concurrently
        /// @param from,to range of units
        void run(int part, int from, int to);
    }

    /// Runs a phase over units 0 to `units` - 1 and waits for its end.
    ///
    /// @param granularity parts have a multiple of this many units, except for the last
    static void split(Phase phase, int units, int granularity) {
        IntStream.range(0, PARTS).parallel().forEach(part -> run(phase, part, units, granularity));
    }

    /// Runs several phases concurrently, each over its own units, and waits for their end.
    ///
    /// @param units number of units of each phase
    static void split(Phase[] phases, int[] units, int granularity) {
        IntStream.range(0, phases.length * PARTS)
                .parallel()
                .forEach(i -> run(phases[i / PARTS], i % PARTS, units[i / PARTS], granularity));
    }

    private static void run(Phase phase, int part, int units, int granularity) {
        long groups = (units + granularity - 1L) / granularity;
        int from = (int) (groups * part / PARTS) * granularity;
        int to = Math.min(units, (int) (groups * (part + 1) / PARTS) * granularity);
        if (from < to) {
            phase.run(part, from, to);
        }
    }
}
