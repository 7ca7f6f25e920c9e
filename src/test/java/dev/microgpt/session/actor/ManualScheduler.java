package dev.microgpt.session.actor;

import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.compute.Scheduler;
import dev.microgpt.session.compute.Workload;

import java.util.ArrayList;
import java.util.List;

/// Runs slices on the test's thread when the test says so. Like the real scheduler, it reads a demand only
/// when it is notified of a change, after a slice, and when a delayed slice is due. So a test fails if a
/// notification is missing.
final class ManualScheduler implements Scheduler {

    private static final int MAX_SLICES = 100_000;

    private final FakeTicker ticker;
    private final long sliceNanos;
    private final List<WorkloadSlot> slots = new ArrayList<>();
    private boolean closed;
    private boolean isInSlice;

    ManualScheduler(FakeTicker ticker, long sliceNanos) {
        this.ticker = ticker;
        this.sliceNanos = sliceNanos;
    }

    private final class WorkloadSlot implements Slot {

        final Workload workload;
        Demand known = Demand.NONE;

        WorkloadSlot(Workload workload) {
            this.workload = workload;
        }

        @Override
        public void demandChanged() {
            if (closed) {
                workload.stopped();
            } else {
                known = workload.demand();
            }
        }

        boolean isDue() {
            return known.kind() != Demand.Kind.NONE && known.dueNanos() <= ticker.peek();
        }
    }

    @Override
    public Slot add(String owner, Workload workload) {
        WorkloadSlot slot = new WorkloadSlot(workload);
        slots.add(slot);
        return slot;
    }

    /// Runs one slice of the first workload that is due.
    ///
    /// @return whether one was due
    boolean slice() {
        for (WorkloadSlot slot : slots) {
            if (slot.isDue()) {
                slot.known = slot.workload.demand();
            }
            if (slot.isDue()) {
                run(slot);
                return true;
            }
        }
        return false;
    }

    private void run(WorkloadSlot slot) {
        if (isInSlice || closed) {
            throw new IllegalStateException("no slice may begin now");
        }
        isInSlice = true;
        try {
            slot.workload.slice(ticker.peek() + sliceNanos);
        } finally {
            isInSlice = false;
        }
        slot.known = slot.workload.demand();
    }

    /// Runs slices until none is due.
    void run() {
        for (int i = 0; i < MAX_SLICES; i++) {
            if (!slice()) {
                return;
            }
        }
        throw new AssertionError("there is always more to do");
    }

    /// Runs some slices, or fewer if none is due.
    ///
    /// @return the number of slices that were run
    int run(int slices) {
        int done = 0;
        while (done < slices && slice()) {
            done++;
        }
        return done;
    }

    /// Returns the last known demand of the newest workload.
    Demand known() {
        return slots.getLast().known;
    }

    void close() {
        closed = true;
        for (WorkloadSlot slot : slots) {
            if (slot.known.kind() != Demand.Kind.NONE) {
                slot.workload.stopped();
            }
        }
    }
}
