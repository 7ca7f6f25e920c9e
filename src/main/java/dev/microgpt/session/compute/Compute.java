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

/// The few platform threads that do all arithmetic, shared fairly among the owners of sessions, and among
/// the workloads of each.
///
/// Work is done in slices of a few milliseconds. Workloads that wait take turns in two [FairQueue]s, one
/// for calls and one for training; calls go first, but training does not wait for ever.
public final class Compute implements Scheduler, AutoCloseable {

    /// Long enough to make the switch cheap, short enough that a waiting call does not notice.
    private static final Duration SLICE = Duration.ofMillis(2);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final Duration STOP_TIME = Duration.ofSeconds(4);

    /// So many turns go to calls before training that waits gets one.
    private static final int CALL_TURNS = 8;

    private static final Logger log = LoggerFactory.getLogger(Compute.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition workCame = lock.newCondition();
    private final FairQueue<Place> withCalls;
    private final FairQueue<Place> withTraining;

    /// Those whose time has not come.
    private final TreeSet<Place> later =
            new TreeSet<>(
                    Comparator.comparingLong((Place p) -> p.dueNanos)
                            .thenComparingLong(p -> p.number));

    private final Set<Place> running = new HashSet<>();
    private final List<Thread> threads = new ArrayList<>();
    private final ComputeMetrics metrics;
    private long places;
    private int callTurns;
    private boolean closed;

    /// @param threadCount number of threads
    /// @param trainingShare the part of the threads' time that the training of one owner may take
    public Compute(int threadCount, double trainingShare, ComputeMetrics metrics) {
        this.metrics = metrics;
        withCalls = new FairQueue<>(threadCount, 1);
        withTraining = new FairQueue<>(threadCount, trainingShare);
        for (int i = 0; i < threadCount; i++) {
            threads.add(Thread.ofPlatform().name("compute-" + i).daemon().start(this::work));
        }
    }

    /// Where a workload waits. Guarded by the lock.
    private final class Place implements Slot {

        final String owner;
        final Workload workload;
        final long number = ++places;
        Demand.Kind queuedAs = Demand.Kind.NONE;
        long dueNanos;

        Place(String owner, Workload workload) {
            this.owner = owner;
            this.workload = workload;
        }

        @Override
        public void changed() {
            lock.lock();
            try {
                if (!closed) {
                    if (!running.contains(this)) {
                        enqueue(this);
                    }
                    return;
                }
                if (running.contains(this)) {
                    return; // it is told after its slice
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
            return new Place(owner, workload);
        } finally {
            lock.unlock();
        }
    }

    /// Does a piece of work that belongs to no session's queue.
    ///
    /// @param demand of which kind it is
    public <T> CompletableFuture<T> submit(String owner, Demand demand, SlicedTask<T> work) {
        StandaloneTask<T> job = new StandaloneTask<>(demand, work);
        add(owner, job).changed();
        return job.result();
    }

    /// Puts a place where its present demand belongs.
    private void enqueue(Place place) {
        Demand demand = place.workload.demand();
        boolean isLate = demand.dueNanos() > System.nanoTime();
        if (place.queuedAs == demand.kind() && place.dueNanos == 0 && !isLate) {
            return;
        }
        dequeue(place);
        place.queuedAs = demand.kind();
        if (demand.kind() == Demand.Kind.NONE) {
            return;
        }
        if (isLate) {
            place.dueNanos = demand.dueNanos();
            later.add(place);
        } else {
            queue(demand.kind()).add(place.owner, place, System.nanoTime());
        }
        workCame.signal();
    }

    private void dequeue(Place place) {
        if (place.dueNanos != 0) {
            later.remove(place);
            place.dueNanos = 0;
        } else if (place.queuedAs != Demand.Kind.NONE) {
            queue(place.queuedAs).remove(place.owner, place);
        }
        place.queuedAs = Demand.Kind.NONE;
    }

    private FairQueue<Place> queue(Demand.Kind kind) {
        return kind == Demand.Kind.CALL ? withCalls : withTraining;
    }

    private void work() {
        Place place;
        while ((place = take()) != null) {
            runSlice(place);
        }
    }

    /// Waits for work; null when closed.
    private @Nullable Place take() {
        lock.lock();
        try {
            while (!closed) {
                long now = System.nanoTime();
                Place place = next(now);
                if (place != null) {
                    return place;
                }
                // until work comes, or its time, or somebody whose share was used up has some again
                long nanos = Math.min(withTraining.nanosUntilDue(now), LONGEST_WAIT.toNanos());
                if (!later.isEmpty()) {
                    nanos = Math.min(nanos, later.first().dueNanos - now);
                }
                long _ = workCame.awaitNanos(nanos);
            }
            return null;
        } catch (InterruptedException _) {
            return null; // nobody does that, but to end the thread
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Place next(long now) {
        while (!later.isEmpty() && later.first().dueNanos <= now) {
            enqueue(later.first());
        }
        Place place = null;
        if (callTurns >= CALL_TURNS || withCalls.nanosUntilDue(now) > 0) {
            callTurns = 0;
            place = withTraining.take(now);
        }
        if (place == null) {
            callTurns++;
            place = withCalls.take(now);
        }
        if (place != null) {
            running.add(place);
        }
        return place;
    }

    private void runSlice(Place place) {
        boolean isTraining = place.queuedAs == Demand.Kind.TRAINING;
        place.queuedAs = Demand.Kind.NONE;
        long start = System.nanoTime();
        try {
            place.workload.slice(start + SLICE.toNanos());
        } catch (Throwable e) {
            log.error("A workload failed outside of its calls", e);
        }
        long took = System.nanoTime() - start;
        metrics.computed(took);
        lock.lock();
        try {
            (isTraining ? withTraining : withCalls).used(place.owner, took);
            running.remove(place);
            if (!closed) {
                enqueue(place);
                return;
            }
        } finally {
            lock.unlock();
        }
        place.workload.stopped();
    }

    public int numThreads() {
        return threads.size();
    }

    /// How many workloads have a call as their next piece of work, and wait for a thread.
    public int waitingCalls() {
        return sizeOf(withCalls);
    }

    /// How many workloads have training as their next piece of work, and wait for a thread.
    public int waitingTraining() {
        return sizeOf(withTraining);
    }

    private int sizeOf(FairQueue<Place> places) {
        lock.lock();
        try {
            return places.size();
        } finally {
            lock.unlock();
        }
    }

    /// Tells all workloads that wait, and stops the threads after the slices that they are at. May be
    /// called several times.
    @Override
    public void close() {
        List<Place> waiting = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            waiting.addAll(withCalls.drain());
            waiting.addAll(withTraining.drain());
            waiting.addAll(later);
            later.clear();
            workCame.signalAll();
        } finally {
            lock.unlock();
        }
        waiting.forEach(place -> place.workload.stopped());
        join();
    }

    private void join() {
        long deadline = System.nanoTime() + STOP_TIME.toNanos();
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Whether no thread computes any more.
    public boolean isStopped() {
        return threads.stream().noneMatch(Thread::isAlive);
    }
}
