package dev.microgpt.session.actor;

import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.compute.Scheduler;
import dev.microgpt.session.compute.Workload;

import java.util.ArrayList;
import java.util.List;

/// Runs slices when the test says so, on its thread. As the real one, it asks for a demand only when it is
/// told that it has changed, after a slice, and when the time of a delayed one has come: a change that nobody
/// tells of is not seen.
final class ManualScheduler implements Scheduler {

    private static final int MOST_SLICES = 100_000;

    private final FakeTicker ticker;
    private final long sliceNanos;
    private final List<Place> places = new ArrayList<>();
    private boolean closed;
    private boolean isInSlice;

    ManualScheduler(FakeTicker ticker, long sliceNanos) {
        this.ticker = ticker;
        this.sliceNanos = sliceNanos;
    }

    private final class Place implements Slot {

        final Workload workload;
        Demand known = Demand.NONE;

        Place(Workload workload) {
            this.workload = workload;
        }

        @Override
        public void changed() {
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
        Place place = new Place(workload);
        places.add(place);
        return place;
    }

    /// Runs one slice of whatever has one to do.
    ///
    /// @return whether anything had
    boolean slice() {
        for (Place place : places) {
            if (place.isDue()) {
                place.known = place.workload.demand();
            }
            if (place.isDue()) {
                run(place);
                return true;
            }
        }
        return false;
    }

    private void run(Place place) {
        if (isInSlice || closed) {
            throw new IllegalStateException("no slice may begin now");
        }
        isInSlice = true;
        try {
            place.workload.slice(ticker.peek() + sliceNanos);
        } finally {
            isInSlice = false;
        }
        place.known = place.workload.demand();
    }

    /// Runs slices until nothing is left to do now.
    void run() {
        for (int i = 0; i < MOST_SLICES; i++) {
            if (!slice()) {
                return;
            }
        }
        throw new AssertionError("there is always more to do");
    }

    /// Runs some slices, or fewer if nothing is left to do.
    ///
    /// @return how many
    int run(int slices) {
        int done = 0;
        while (done < slices && slice()) {
            done++;
        }
        return done;
    }

    /// What the newest workload wants, as far as the scheduler has been told.
    Demand known() {
        return places.getLast().known;
    }

    void close() {
        closed = true;
        for (Place place : places) {
            if (place.known.kind() != Demand.Kind.NONE) {
                place.workload.stopped();
            }
        }
    }
}
