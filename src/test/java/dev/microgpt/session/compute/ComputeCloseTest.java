package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Workloads are notified when the compute threads stop.
@Timeout(30)
final class ComputeCloseTest {

    private final OneThread thread = new OneThread();
    private final Compute compute = thread.compute;
    private final Queue<String> log = thread.log;

    @AfterEach
    void close() {
        thread.close();
    }

    @Test
    void closingStopsWaitingAndDelayedWorkloads() throws Exception {
        thread.hold();
        CountdownWorkload waiting = new CountdownWorkload(log, "waiting");
        CountdownWorkload delayed = new CountdownWorkload(log, "delayed");
        CountdownWorkload idle = new CountdownWorkload(log, "idle");
        waiting.left.set(1);
        delayed.left.set(1);
        delayed.demand = Demand.later(System.nanoTime() + TimeUnit.HOURS.toNanos(1));
        for (CountdownWorkload work : List.of(waiting, delayed, idle)) {
            compute.add(OneThread.OWNER, work).demandChanged();
        }
        thread.release();
        compute.close();

        assertThat(waiting.stops.get() + waiting.slices.get()).isPositive();
        assertThat(delayed.stops).hasPositiveValue();
        assertThat(log).doesNotContain("delayed", "idle");
    }

    @Test
    void closingStopsRunningWorkload() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountdownWorkload endless =
                new CountdownWorkload(log, "endless") {
                    @Override
                    public void slice(long deadline) {
                        running.countDown();
                    }
                };
        endless.left.set(1);
        compute.add(OneThread.OWNER, endless).demandChanged();
        assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
        compute.close();

        assertThat(compute.isStopped()).isTrue();
        assertThat(endless.stops).hasPositiveValue();
    }

    @Test
    void demandAfterClosingStopsWorkloadAtOnce() {
        CountdownWorkload late = new CountdownWorkload(log, "late");
        Scheduler.Slot slot = compute.add(OneThread.OWNER, late);
        compute.close();
        late.left.set(1);
        slot.demandChanged();

        assertThat(late.stops).hasValue(1);
        assertThat(log).isEmpty();
    }
}
