package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Splits the work of phases between the calling thread and helpers from the JDK's common pool, whose size is set by
/// `-Djava.util.concurrent.ForkJoinPool.common.parallelism`. Not thread-safe.
///
/// A phase is cut into parts, which each thread takes one after the other until none is left. The caller takes parts
/// too, so a phase ends even if no helper finds a processor. A helper waits actively for the next phase, as waking a
/// thread takes longer than some phases; if none comes soon, it returns to the pool.
///
/// The result does not depend on where the work is split: no number is computed by more than one part.
final class Workers {

    private static final String PARALLELISM =
            "java.util.concurrent.ForkJoinPool.common.parallelism";

    /// The number of threads that work on a phase.
    static final int THREADS = 1 + helpers();

    /// The number of operations below which a step is faster on one thread.
    static final double PARALLEL_THRESHOLD = 2e8;

    /// The number of parts of a phase: more than threads, as some threads may be busy with other work.
    private static final int PARTS = 4 * THREADS;

    /// How long a helper waits for a phase.
    private static final long IDLE_NANOS = 50_000;

    /// How long the caller waits actively for the last parts of a phase before it sleeps between its looks.
    private static final long ACTIVE_NANOS = 200_000;

    private static final long SLEEP_NANOS = 50_000;
    private static final int SPINS = 64;

    private final Helper[] helpers;
    private volatile @Nullable Job job;

    Workers() {
        helpers = new Helper[THREADS - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
        }
    }

    /// Returns the number of threads of the pool, which itself says 1 where it is set up to have none.
    private static int helpers() {
        int wanted =
                Integer.getInteger(PARALLELISM, Runtime.getRuntime().availableProcessors() - 1);
        return wanted <= 0 ? 0 : ForkJoinPool.getCommonPoolParallelism();
    }

    /// A piece of work on independent units.
    interface Phase {

        /// Works on a range of units.
        ///
        /// @param thread 0 to THREADS - 1; within a phase, calls with the same number never run concurrently
        /// @param from,to range of units
        void run(int thread, int from, int to);
    }

    /// Runs a phase over units 0 to `units` - 1 and waits for its end.
    ///
    /// @param granularity parts have a multiple of this many units, except for the last
    void split(Phase phase, int units, int granularity) {
        split(new Phase[] {phase}, new int[] {units}, granularity);
    }

    /// Runs several phases concurrently, each over its own units, and waits for their end.
    ///
    /// @param units number of units of each phase
    void split(Phase[] phases, int[] units, int granularity) {
        Job next = new Job(phases, units, granularity);
        job = next;
        for (Helper helper : helpers) {
            helper.start();
        }
        next.work(0);
        next.await();
    }

    /// Phases that are run concurrently.
    private static final class Job {

        private final Phase[] phases;
        private final int[] units;
        private final int granularity;
        private final int parts;
        private final AtomicInteger taken = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable failure;

        Job(Phase[] phases, int[] units, int granularity) {
            this.phases = phases;
            this.units = units;
            this.granularity = granularity;
            parts = phases.length * PARTS;
        }

        /// Works on parts until all are taken.
        void work(int thread) {
            int part;
            while ((part = taken.getAndIncrement()) < parts) {
                try {
                    run(thread, part);
                } catch (Throwable e) { // the caller throws it
                    failure = e;
                } finally {
                    done.incrementAndGet();
                }
            }
        }

        private void run(int thread, int part) {
            int count = units[part / PARTS];
            long groups = (count + granularity - 1L) / granularity;
            int index = part % PARTS;
            int from = (int) (groups * index / PARTS) * granularity;
            int to = Math.min(count, (int) (groups * (index + 1) / PARTS) * granularity);
            if (from < to) {
                phases[part / PARTS].run(thread, from, to);
            }
        }

        /// Waits for the parts that helpers have taken.
        void await() {
            long start = System.nanoTime();
            while (done.get() < parts) {
                if (System.nanoTime() - start < ACTIVE_NANOS) {
                    spin();
                } else {
                    LockSupport.parkNanos(SLEEP_NANOS);
                }
            }
            switch (failure) {
                case null -> {}
                case Error error -> throw error;
                case RuntimeException exception -> throw exception;
                case Throwable other -> throw new IllegalStateException(other);
            }
        }

        private void spin() {
            for (int i = 0; i < SPINS && done.get() < parts; i++) {
                Thread.onSpinWait();
            }
        }
    }

    /// Takes parts of phases, from a thread of the pool.
    private final class Helper implements Runnable {

        private final int thread;

        /// Whether this is in the pool or will be.
        private volatile boolean isStarted;

        Helper(int thread) {
            this.thread = thread;
        }

        void start() {
            if (!isStarted) {
                isStarted = true;
                ForkJoinPool.commonPool().execute(this);
            }
        }

        @Override
        public void run() {
            try {
                Job last = null;
                for (Job next = job; next != null && next != last; next = awaitAfter(next)) {
                    next.work(thread);
                    last = next;
                }
            } finally {
                isStarted = false;
            }
        }

        /// Returns the next job; the same if there is none soon.
        private @Nullable Job awaitAfter(Job last) {
            long start = System.nanoTime();
            while (job == last && System.nanoTime() - start < IDLE_NANOS) {
                for (int i = 0; i < SPINS && job == last; i++) {
                    Thread.onSpinWait();
                }
            }
            return job;
        }
    }
}
