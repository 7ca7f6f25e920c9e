package dev.microgpt.session.compute;

import static org.awaitility.Awaitility.await;

import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

/// A workload with a number of slices, whose demand the test sets.
class CountdownWorkload implements Workload {

    private final Queue<String> log;
    private final String name;
    final AtomicInteger left = new AtomicInteger();
    final AtomicInteger stops = new AtomicInteger();
    final AtomicInteger slices = new AtomicInteger();
    volatile Demand demand = Demand.TRAINING;

    /// @param log receives the name with each slice
    CountdownWorkload(Queue<String> log, String name) {
        this.log = log;
        this.name = name;
    }

    @Override
    public Demand demand() {
        return left.get() > 0 ? demand : Demand.NONE;
    }

    @Override
    public void slice(long deadline) {
        log.add(name);
        slices.incrementAndGet();
        left.decrementAndGet();
    }

    @Override
    public void stopped() {
        stops.incrementAndGet();
    }

    void awaitEnd() {
        await().until(() -> left.get() <= 0);
    }
}
