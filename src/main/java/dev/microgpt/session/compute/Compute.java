package dev.microgpt.session.compute;

import dev.microgpt.engine.ParallelRunner;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

/// The compute threads: one pool of platform threads for all model computations, shared fairly among the
/// owners of sessions and among the workloads of each owner. [WorkloadQueues] decides what is next.
///
/// Work is done in slices of a few milliseconds. A slice can be much longer, as a training step is not divided
/// and a large one takes seconds. While all threads are in such slices, an extra thread executes the calls.
///
/// A slice may offer a part of its work to a thread that has nothing else to do, see [#parallelRunner].
public final class Compute implements Scheduler, AutoCloseable {

    /// Length of a slice: long enough to make switching cheap, short enough that a waiting call does not
    /// notice.
    private static final Duration SLICE = Duration.ofMillis(2);

    /// Length of a slice from which on its thread counts as occupied.
    private static final Duration LONG_SLICE = Duration.ofMillis(20);

    private static final Duration MAX_WAIT = Duration.ofMinutes(1);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(4);

    private static final Logger log = LoggerFactory.getLogger(Compute.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition workAvailable = lock.newCondition();
    private final Condition callAvailable = lock.newCondition();
    private final WorkloadQueues queues; // guarded by the lock
    private final SpareTasks spareTasks; // guarded by the lock
    private final List<Thread> threads = new ArrayList<>();
    private final int threadCount;
    private final ComputeMetrics metrics;
    private boolean closed;

    /// @param threadCount number of threads, apart from the extra one
    /// @param trainingShare the part of the threads' time that the training of one owner may take
    public Compute(int threadCount, double trainingShare, ComputeMetrics metrics) {
        this(threadCount, trainingShare, metrics, LONG_SLICE);
    }

    /// @param longSlice length of a slice from which on its thread counts as occupied
    Compute(int threadCount, double trainingShare, ComputeMetrics metrics, Duration longSlice) {
        this.threadCount = threadCount;
        this.metrics = metrics;
        queues = new WorkloadQueues(threadCount, trainingShare, longSlice);
        spareTasks = new SpareTasks(threadCount);
        for (int i = 0; i < threadCount; i++) {
            start("compute-" + i, () -> work(this::begin, queues::nanosUntilDue, workAvailable));
        }
        start(
                "compute-extra",
                () ->
                        work(
                                now -> slice(queues.beginCallIfOccupied(now), now),
                                queues::nanosUntilOccupied,
                                callAvailable));
    }

    private void start(String name, Runnable work) {
        threads.add(Thread.ofPlatform().name(name).daemon().start(work));
    }

    @Override
    public Slot add(String owner, Workload workload) {
        lock.lock();
        try {
            WorkloadQueues.Entry entry = queues.new Entry(owner, workload);
            return () -> demandChanged(entry);
        } finally {
            lock.unlock();
        }
    }

    private void demandChanged(WorkloadQueues.Entry entry) {
        lock.lock();
        try {
            if (!closed) {
                if (!entry.isRunning()) {
                    enqueue(entry);
                }
                return;
            }
            if (entry.isRunning()) {
                return; // runSlice calls stopped() after the slice
            }
        } finally {
            lock.unlock();
        }
        entry.workload.stopped();
    }

    /// Submits a task that belongs to no session.
    ///
    /// @param owner the owner to whom its compute time is charged
    /// @param demand the kind of the task
    public <T> CompletableFuture<T> submit(String owner, Demand demand, SlicedTask<T> work) {
        StandaloneTask<T> task = new StandaloneTask<>(demand, work);
        add(owner, task).demandChanged();
        return task.result();
    }

    private void enqueue(WorkloadQueues.Entry entry) {
        Demand.Kind kind = queues.enqueue(entry);
        if (kind != Demand.Kind.NONE) {
            workAvailable.signal();
        }
        if (kind == Demand.Kind.CALL) {
            callAvailable.signal();
        }
    }

    /// Executes slices until the threads are stopped.
    ///
    /// @param begin begins the next slice; returns null if none is due
    /// @param nanosUntilDue returns how long to wait then, unless the condition is signalled
    private void work(
            LongFunction<@Nullable Runnable> begin,
            LongUnaryOperator nanosUntilDue,
            Condition condition) {
        Runnable slice;
        while ((slice = take(begin, nanosUntilDue, condition)) != null) {
            slice.run();
        }
    }

    private @Nullable Runnable begin(long now) {
        Runnable slice = slice(queues.begin(now), now);
        SpareTask task = slice == null ? spareTasks.begin() : null;
        return task == null ? slice : () -> run(task);
    }

    private @Nullable Runnable slice(WorkloadQueues.@Nullable Entry entry, long now) {
        if (entry == null) {
            return null;
        }
        if (queues.nanosUntilDue(now) <= 0) {
            workAvailable.signal(); // several delayed workloads may be due at once
        }
        return () -> runSlice(entry);
    }

    private @Nullable Runnable take(
            LongFunction<@Nullable Runnable> begin,
            LongUnaryOperator nanosUntilDue,
            Condition condition) {
        lock.lock();
        try {
            while (!closed) {
                long now = System.nanoTime();
                Runnable slice = begin.apply(now);
                if (slice != null) {
                    return slice;
                }
                long nanos = Math.min(nanosUntilDue.applyAsLong(now), MAX_WAIT.toNanos());
                long _ = condition.awaitNanos(nanos);
            }
            return null;
        } catch (InterruptedException _) {
            return null; // an interrupt means that the thread should end
        } finally {
            lock.unlock();
        }
    }

    private void runSlice(WorkloadQueues.Entry entry) {
        long start = System.nanoTime();
        try {
            entry.workload.slice(start + SLICE.toNanos());
        } catch (Throwable e) {
            log.error("A workload threw an exception in a slice", e);
        }
        long duration = System.nanoTime() - start;
        metrics.recordSlice(duration);
        lock.lock();
        try {
            queues.end(entry, duration);
            if (!closed) {
                enqueue(entry);
                return;
            }
        } finally {
            lock.unlock();
        }
        entry.workload.stopped();
    }

    /// Returns what runs two parts of a slice. The second part is run by another compute thread if one has nothing else to
    /// do; that thread begins no other slice until its part has ended, so a part must not take longer than a slice.
    ///
    /// @param owner the owner to whom the compute time is charged
    public ParallelRunner parallelRunner(String owner) {
        return threadCount > 1 ? new SliceRunner(this, owner) : ParallelRunner.SEQUENTIAL;
    }

    /// Offers a task to a thread that is in no slice. It takes the task unless there is other work.
    ///
    /// @return false if all threads are in slices
    boolean offer(SpareTask task) {
        return locked(
                () -> {
                    boolean isWaiting = !closed && spareTasks.offer(task, queues.running());
                    if (isWaiting) {
                        workAvailable.signal();
                    }
                    return isWaiting;
                });
    }

    /// Takes a task back.
    ///
    /// @return false if a thread has begun it
    boolean withdraw(SpareTask task) {
        return locked(() -> spareTasks.withdraw(task));
    }

    private void run(SpareTask task) {
        long nanos = task.run();
        lock.lock();
        try {
            spareTasks.end();
            queues.charge(task.owner, nanos);
        } finally {
            lock.unlock();
        }
    }

    /// Returns the number of threads, without the extra one.
    public int numThreads() {
        return threadCount;
    }

    /// Returns the number of workloads that wait for a thread to execute a call.
    public int waitingCalls() {
        return locked(queues::waitingCalls);
    }

    /// Returns the number of workloads that wait for a thread to train.
    public int waitingTraining() {
        return locked(queues::waitingTraining);
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /// Stops the threads after their current slices and notifies all workloads that have something to do.
    /// May be called several times.
    @Override
    public void close() {
        List<Workload> waiting;
        lock.lock();
        try {
            closed = true;
            waiting = queues.drain();
            workAvailable.signalAll();
            callAvailable.signalAll();
        } finally {
            lock.unlock();
        }
        waiting.forEach(Workload::stopped);
        join();
    }

    private void join() {
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Returns whether all threads have ended.
    public boolean isStopped() {
        return threads.stream().noneMatch(Thread::isAlive);
    }
}
