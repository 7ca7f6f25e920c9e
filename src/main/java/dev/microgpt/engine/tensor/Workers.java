package dev.microgpt.engine.tensor;

import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/// Splits the work of one phase among the threads of the JDK's common pool, which every JVM has, and
/// whose size `-Djava.util.concurrent.ForkJoinPool.common.parallelism` sets.
///
/// Where the work is split makes no difference to the result: each part computes numbers of its own.
final class Workers {

    /// Parts of a phase: more than threads, as some may be busy with other things.
    static final int PARTS = 2 * (ForkJoinPool.getCommonPoolParallelism() + 1);

    /// A step with fewer operations is faster on one thread.
    static final double WORTHWHILE = 2e8;

    private Workers() {}

    /// A phase of the work.
    interface Phase {

        /// Does a part of it.
        ///
        /// @param part 0 to PARTS - 1; no two parts of a phase with the same number run at once
        /// @param from,to the units to handle
        void run(int part, int from, int to);
    }

    /// Runs a phase over units 0 to `units` and waits for its end.
    ///
    /// @param size parts are a multiple of it, except for the last
    static void split(Phase phase, int units, int size) {
        IntStream.range(0, PARTS).parallel().forEach(part -> run(phase, part, units, size));
    }

    /// Runs several phases at the same time, each over units of its own, and waits for their end.
    ///
    /// @param units of each phase
    static void split(Phase[] phases, int[] units, int size) {
        IntStream.range(0, phases.length * PARTS)
                .parallel()
                .forEach(i -> run(phases[i / PARTS], i % PARTS, units[i / PARTS], size));
    }

    private static void run(Phase phase, int part, int units, int size) {
        long groups = (units + size - 1L) / size;
        int from = (int) (groups * part / PARTS) * size;
        int to = Math.min(units, (int) (groups * (part + 1) / PARTS) * size);
        if (from < to) {
            phase.run(part, from, to);
        }
    }
}
