package dev.microgpt.session.compute;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Decides which workload gets the next slice. Calls go first, but after [#MAX_CONSECUTIVE_CALL_SLICES] slices
/// of calls, training gets one. Not thread-safe.
final class WorkloadQueues {

    /// Number of slices that go to calls before waiting training gets one.
    private static final int MAX_CONSECUTIVE_CALL_SLICES = 8;

    private final FairQueue<Entry> calls;
    private final FairQueue<Entry> training;

    /// Workloads whose next slice is not due yet.
    private final TreeSet<Entry> delayed =
            new TreeSet<>(
                    Comparator.comparingLong((Entry entry) -> entry.dueNanos)
                            .thenComparingLong(entry -> entry.number));

    private final Set<Entry> running = new HashSet<>();
    private final int threadCount;
    private final long longSliceNanos;
    private long numEntries;
    private int consecutiveCallSlices;

    /// @param threadCount number of threads that execute any workload
    /// @param trainingShare the part of the threads' time that the training of one owner may take
    /// @param longSlice length of a slice from which on its thread counts as occupied
    WorkloadQueues(int threadCount, double trainingShare, Duration longSlice) {
        this.threadCount = threadCount;
        longSliceNanos = longSlice.toNanos();
        calls = new FairQueue<>(threadCount, 1);
        training = new FairQueue<>(threadCount, trainingShare);
    }

    /// A workload, and where it waits.
    final class Entry {

        final String owner;
        final Workload workload;
        private final long number = ++numEntries;
        private Demand.Kind queuedAs = Demand.Kind.NONE;
        private long dueNanos; // 0 if it is not delayed
        private boolean isTraining; // in its current slice
        private long sliceStartNanos;

        Entry(String owner, Workload workload) {
            this.owner = owner;
            this.workload = workload;
        }

        boolean isRunning() {
            return running.contains(this);
        }
    }

    /// Moves a workload that is not running to the queue that fits its current demand.
    ///
    /// @return the kind of the slice that it has begun to wait for; `NONE` if nothing has changed
    Demand.Kind enqueue(Entry entry) {
        Demand demand = entry.workload.demand();
        boolean isDelayed = demand.dueNanos() > System.nanoTime();
        if (entry.queuedAs == demand.kind() && entry.dueNanos == 0 && !isDelayed) {
            return Demand.Kind.NONE;
        }
        dequeue(entry);
        entry.queuedAs = demand.kind();
        if (demand.kind() == Demand.Kind.NONE) {
            return Demand.Kind.NONE;
        }
        if (isDelayed) {
            entry.dueNanos = demand.dueNanos();
            delayed.add(entry);
        } else {
            queue(demand.kind()).add(entry.owner, entry, System.nanoTime());
        }
        return demand.kind();
    }

    private void dequeue(Entry entry) {
        if (entry.dueNanos != 0) {
            delayed.remove(entry);
            entry.dueNanos = 0;
        } else if (entry.queuedAs != Demand.Kind.NONE) {
            queue(entry.queuedAs).remove(entry.owner, entry);
        }
        entry.queuedAs = Demand.Kind.NONE;
    }

    private FairQueue<Entry> queue(Demand.Kind kind) {
        return kind == Demand.Kind.CALL ? calls : training;
    }

    /// Begins the next slice.
    ///
    /// @return null if none is due
    @Nullable Entry begin(long now) {
        while (!delayed.isEmpty() && delayed.first().dueNanos <= now) {
            enqueue(delayed.first());
        }
        Entry entry = null;
        if (consecutiveCallSlices >= MAX_CONSECUTIVE_CALL_SLICES || calls.nanosUntilDue(now) > 0) {
            consecutiveCallSlices = 0;
            entry = training.take(now);
        }
        if (entry == null) {
            consecutiveCallSlices++;
            entry = calls.take(now);
        }
        return entry == null ? null : begin(entry, now);
    }

    /// Returns how long [#begin] returns null if nothing changes: until delayed work is due, or an owner has
    /// earned a new allowance.
    long nanosUntilDue(long now) {
        long nanos = training.nanosUntilDue(now);
        return delayed.isEmpty() ? nanos : Math.min(nanos, delayed.first().dueNanos - now);
    }

    /// Begins a slice of a call if all threads are in long slices.
    ///
    /// @return null if they are not, or no call is waiting
    @Nullable Entry beginCallIfOccupied(long now) {
        Entry entry = nanosUntilOccupied(now) > 0 ? null : calls.take(now);
        return entry == null ? null : begin(entry, now);
    }

    /// Returns how long [#beginCallIfOccupied] returns null if no slice ends; `Long.MAX_VALUE` if no call is
    /// waiting.
    long nanosUntilOccupied(long now) {
        if (calls.size() == 0) {
            return Long.MAX_VALUE;
        }
        if (running.size() < threadCount) {
            return longSliceNanos;
        }
        long newest =
                running.stream().mapToLong(entry -> now - entry.sliceStartNanos).min().orElse(0);
        return longSliceNanos - newest;
    }

    private Entry begin(Entry entry, long now) {
        entry.isTraining = entry.queuedAs == Demand.Kind.TRAINING;
        entry.queuedAs = Demand.Kind.NONE;
        entry.sliceStartNanos = now;
        running.add(entry);
        return entry;
    }

    /// Ends a slice and charges its time to the owner.
    void end(Entry entry, long nanos) {
        (entry.isTraining ? training : calls).charge(entry.owner, nanos);
        running.remove(entry);
    }

    /// Charges time beside the slices of calls to an owner.
    void charge(String owner, long nanos) {
        calls.charge(owner, nanos);
    }

    /// Returns the number of workloads that are in a slice.
    int running() {
        return running.size();
    }

    /// Returns the number of workloads that wait for a thread to execute a call.
    int waitingCalls() {
        return calls.size();
    }

    /// Returns the number of workloads that wait for a thread to train.
    int waitingTraining() {
        return training.size();
    }

    /// Removes and returns all workloads that are not running.
    List<Workload> drain() {
        List<Entry> waiting = new ArrayList<>(calls.drain());
        waiting.addAll(training.drain());
        waiting.addAll(delayed);
        delayed.clear();
        return waiting.stream().map(entry -> entry.workload).toList();
    }
}
