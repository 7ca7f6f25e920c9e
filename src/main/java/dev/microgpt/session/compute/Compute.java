package dev.microgpt.session.compute;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The compute threads: one pool of platform threads for all model computations, shared fairly among the
/// owners of sessions and among the workloads of each owner.
///
/// Work is done in slices of a few milliseconds. Waiting workloads are in one of two [FairQueue]s, one for
/// calls and one for training. Calls go first, but after [#MAX_CONSECUTIVE_CALL_SLICES] slices of calls,
/// training gets one.
///
/// A slice can be much longer, as a training step is not divided and a large one takes seconds. While all
/// threads are in such slices, an extra thread executes the calls.
public final class Compute implements Scheduler, AutoCloseable {

    /// Length of a slice: long enough to make switching cheap, short enough that a waiting call does not
    /// notice.
    private static final Duration SLICE = Duration.ofMillis(2);

    /// Length of a slice from which on its thread counts as occupied.
    private static final Duration LONG_SLICE = Duration.ofMillis(20);

    private static final Duration MAX_WAIT = Duration.ofMinutes(1);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(4);

    /// Number of slices that go to calls before waiting training gets one.
    private static final int MAX_CONSECUTIVE_CALL_SLICES = 8;

    private static final Logger log = LoggerFactory.getLogger(Compute.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition workAvailable = lock.newCondition();
    private final Condition callQueued = lock.newCondition();
    private final FairQueue<WorkloadSlot> callQueue;
    private final FairQueue<WorkloadSlot> trainingQueue;

    /// Workloads whose next slice is not due yet.
    private final TreeSet<WorkloadSlot> delayed =
            new TreeSet<>(
                    Comparator.comparingLong((WorkloadSlot slot) -> slot.dueNanos)
                            .thenComparingLong(slot -> slot.number));

    private final Set<WorkloadSlot> running = new HashSet<>();
    private final List<Thread> threads = new ArrayList<>();
    private final int threadCount;
    private final long longSliceNanos;
    private final ComputeMetrics metrics;
    private long numSlots;
    private int consecutiveCallSlices;
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
        longSliceNanos = longSlice.toNanos();
        callQueue = new FairQueue<>(threadCount, 1);
        trainingQueue = new FairQueue<>(threadCount, trainingShare);
        for (int i = 0; i < threadCount; i++) {
            threads.add(startThread("compute-" + i, this::take));
        }
        threads.add(startThread("compute-extra", this::takeCallIfAllAreOccupied));
    }

    private Thread startThread(String name, Supplier<@Nullable WorkloadSlot> source) {
        return Thread.ofPlatform().name(name).daemon().start(() -> work(source));
    }

    /// The registration of a workload and the queue that it waits in. Guarded by the lock.
    private final class WorkloadSlot implements Slot {

        final String owner;
        final Workload workload;
        final long number = ++numSlots;
        Demand.Kind queuedAs = Demand.Kind.NONE;
        long dueNanos;
        long sliceStartNanos;

        WorkloadSlot(String owner, Workload workload) {
            this.owner = owner;
            this.workload = workload;
        }

        @Override
        public void demandChanged() {
            lock.lock();
            try {
                if (!closed) {
                    if (!running.contains(this)) {
                        enqueue(this);
                    }
                    return;
                }
                if (running.contains(this)) {
                    return; // runSlice calls stopped() after the slice
                }
            } finally {
                lock.unlock();
            }
            workload.stopped();
        }
    }

    @Override
    public Slot add(String owner, Workload workload) {
        lock.lock();
        try {
            return new WorkloadSlot(owner, workload);
        } finally {
            lock.unlock();
        }
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

    /// Moves a workload to the queue that fits its current demand.
    private void enqueue(WorkloadSlot slot) {
        Demand demand = slot.workload.demand();
        boolean isDelayed = demand.dueNanos() > System.nanoTime();
        if (slot.queuedAs == demand.kind() && slot.dueNanos == 0 && !isDelayed) {
            return;
        }
        dequeue(slot);
        slot.queuedAs = demand.kind();
        if (demand.kind() == Demand.Kind.NONE) {
            return;
        }
        if (isDelayed) {
            slot.dueNanos = demand.dueNanos();
            delayed.add(slot);
        } else {
            queue(demand.kind()).add(slot.owner, slot, System.nanoTime());
        }
        workAvailable.signal();
        if (demand.kind() == Demand.Kind.CALL) {
            callQueued.signal();
        }
    }

    private void dequeue(WorkloadSlot slot) {
        if (slot.dueNanos != 0) {
            delayed.remove(slot);
            slot.dueNanos = 0;
        } else if (slot.queuedAs != Demand.Kind.NONE) {
            queue(slot.queuedAs).remove(slot.owner, slot);
        }
        slot.queuedAs = Demand.Kind.NONE;
    }

    private FairQueue<WorkloadSlot> queue(Demand.Kind kind) {
        return kind == Demand.Kind.CALL ? callQueue : trainingQueue;
    }

    private void work(Supplier<@Nullable WorkloadSlot> source) {
        WorkloadSlot slot;
        while ((slot = source.get()) != null) {
            runSlice(slot);
        }
    }

    /// Waits for the next slice; returns null when closed.
    private @Nullable WorkloadSlot take() {
        lock.lock();
        try {
            while (!closed) {
                long now = System.nanoTime();
                WorkloadSlot slot = next(now);
                if (slot != null) {
                    return slot;
                }
                // until there is new work, delayed work is due, or an owner has earned a new
                // allowance
                long nanos = Math.min(trainingQueue.nanosUntilDue(now), MAX_WAIT.toNanos());
                if (!delayed.isEmpty()) {
                    nanos = Math.min(nanos, delayed.first().dueNanos - now);
                }
                long _ = workAvailable.awaitNanos(nanos);
            }
            return null;
        } catch (InterruptedException _) {
            return null; // an interrupt means that the thread should end
        } finally {
            lock.unlock();
        }
    }

    private @Nullable WorkloadSlot next(long now) {
        while (!delayed.isEmpty() && delayed.first().dueNanos <= now) {
            enqueue(delayed.first());
        }
        WorkloadSlot slot = null;
        if (consecutiveCallSlices >= MAX_CONSECUTIVE_CALL_SLICES
                || callQueue.nanosUntilDue(now) > 0) {
            consecutiveCallSlices = 0;
            slot = trainingQueue.take(now);
        }
        if (slot == null) {
            consecutiveCallSlices++;
            slot = callQueue.take(now);
        }
        return slot == null ? null : begin(slot, now);
    }

    private WorkloadSlot begin(WorkloadSlot slot, long now) {
        slot.sliceStartNanos = now;
        running.add(slot);
        return slot;
    }

    /// Waits until a call waits while all other threads are in long slices; returns null when closed.
    private @Nullable WorkloadSlot takeCallIfAllAreOccupied() {
        lock.lock();
        try {
            while (!closed) {
                long now = System.nanoTime();
                long nanos = callQueue.size() == 0 ? Long.MAX_VALUE : nanosUntilAllAreOccupied(now);
                WorkloadSlot slot = nanos > 0 ? null : callQueue.take(now);
                if (slot != null) {
                    return begin(slot, now);
                }
                long _ = callQueued.awaitNanos(Math.min(nanos, MAX_WAIT.toNanos()));
            }
            return null;
        } catch (InterruptedException _) {
            return null; // an interrupt means that the thread should end
        } finally {
            lock.unlock();
        }
    }

    /// Returns how long it takes, if no slice ends, until all threads are in long slices.
    private long nanosUntilAllAreOccupied(long now) {
        if (running.size() < threadCount) {
            return longSliceNanos;
        }
        long newest =
                running.stream().mapToLong(slot -> now - slot.sliceStartNanos).min().orElse(0);
        return longSliceNanos - newest;
    }

    private void runSlice(WorkloadSlot slot) {
        boolean isTraining = slot.queuedAs == Demand.Kind.TRAINING;
        slot.queuedAs = Demand.Kind.NONE;
        long start = System.nanoTime();
        try {
            slot.workload.slice(start + SLICE.toNanos());
        } catch (Throwable e) {
            log.error("A workload threw an exception in a slice", e);
        }
        long duration = System.nanoTime() - start;
        metrics.recordSlice(duration);
        lock.lock();
        try {
            (isTraining ? trainingQueue : callQueue).charge(slot.owner, duration);
            running.remove(slot);
            if (!closed) {
                enqueue(slot);
                return;
            }
        } finally {
            lock.unlock();
        }
        slot.workload.stopped();
    }

    /// Returns the number of threads, without the extra one.
    public int numThreads() {
        return threadCount;
    }

    /// Returns the number of workloads that wait for a thread to execute a call.
    public int waitingCalls() {
        return sizeOf(callQueue);
    }

    /// Returns the number of workloads that wait for a thread to train.
    public int waitingTraining() {
        return sizeOf(trainingQueue);
    }

    private int sizeOf(FairQueue<WorkloadSlot> queue) {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /// Stops the threads after their current slices and notifies all workloads that have something to do.
    /// May be called several times.
    @Override
    public void close() {
        List<WorkloadSlot> waiting = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            waiting.addAll(callQueue.drain());
            waiting.addAll(trainingQueue.drain());
            waiting.addAll(delayed);
            delayed.clear();
            workAvailable.signalAll();
            callQueued.signalAll();
        } finally {
            lock.unlock();
        }
        waiting.forEach(slot -> slot.workload.stopped());
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
