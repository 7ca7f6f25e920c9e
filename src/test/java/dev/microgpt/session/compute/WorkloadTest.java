package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Workloads whose demand changes.
@Timeout(30)
final class WorkloadTest {

    private final OneThread thread = new OneThread();
    private final Compute compute = thread.compute;
    private final Queue<String> log = thread.log;

    @AfterEach
    void close() {
        thread.close();
    }

    @Test
    void idleWorkloadGetsNoSlices() {
        CountdownWorkload idle = new CountdownWorkload(log, "idle");
        compute.add(OneThread.OWNER, idle).demandChanged();
        var _ = compute.submit(OneThread.OWNER, Demand.TRAINING, _ -> "other").join();

        assertThat(log).isEmpty();
    }

    @Test
    void demandIsReadAgainAfterEachSlice() {
        CountdownWorkload work = new CountdownWorkload(log, "work");
        Scheduler.Slot slot = compute.add(OneThread.OWNER, work);
        work.left.set(3);
        slot.demandChanged();
        work.awaitEnd();
        work.left.set(2);
        slot.demandChanged();
        work.awaitEnd();

        assertThat(log).hasSize(5);
    }

    @Test
    void demandChangeDuringSliceIsNoticed() {
        CountDownLatch done = new CountDownLatch(3);
        AtomicInteger left = new AtomicInteger(1);
        List<Scheduler.Slot> slot = new ArrayList<>();
        slot.add(
                compute.add(
                        OneThread.OWNER,
                        new Workload() {
                            @Override
                            public Demand demand() {
                                return left.get() > 0 ? Demand.CALL : Demand.NONE;
                            }

                            @Override
                            public void slice(long deadline) {
                                if (done.getCount() > 1) {
                                    left.incrementAndGet();
                                    slot.getFirst().demandChanged();
                                }
                                left.decrementAndGet();
                                done.countDown();
                            }

                            @Override
                            public void stopped() {}
                        }));
        slot.getFirst().demandChanged();

        await().until(() -> done.getCount() == 0);
    }

    @Test
    void delayedWorkIsDoneWhenItIsDue() {
        CountdownWorkload delayed = new CountdownWorkload(log, "delayed");
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(60);
        delayed.demand = Demand.later(due);
        delayed.left.set(1);
        compute.add(OneThread.OWNER, delayed).demandChanged();
        delayed.awaitEnd();

        assertThat(System.nanoTime() - due).isNotNegative();
    }

    @Test
    void delayedWorkDoesNotBlockOthers() {
        CountdownWorkload delayed = new CountdownWorkload(log, "delayed");
        delayed.demand = Demand.later(System.nanoTime() + TimeUnit.HOURS.toNanos(1));
        delayed.left.set(1);
        compute.add(OneThread.OWNER, delayed).demandChanged();
        CountdownWorkload other = new CountdownWorkload(log, "other");
        other.left.set(5);
        compute.add(OneThread.OWNER, other).demandChanged();
        other.awaitEnd();

        assertThat(log).containsOnly("other");
    }

    @Test
    void demandChangeEndsDelay() {
        CountdownWorkload delayed = new CountdownWorkload(log, "delayed");
        delayed.demand = Demand.later(System.nanoTime() + TimeUnit.HOURS.toNanos(1));
        delayed.left.set(1);
        Scheduler.Slot slot = compute.add(OneThread.OWNER, delayed);
        slot.demandChanged();
        delayed.demand = Demand.CALL;
        slot.demandChanged();

        delayed.awaitEnd();
    }

    @Test
    void queuedWorkMovesToTheQueueOfItsNewDemand() throws Exception {
        thread.hold();
        CountdownWorkload first = new CountdownWorkload(log, "first");
        first.left.set(1);
        Scheduler.Slot slotOfFirst = compute.add(OneThread.OWNER, first);
        slotOfFirst.demandChanged();
        CountdownWorkload second = new CountdownWorkload(log, "second");
        second.left.set(1);
        Scheduler.Slot slotOfSecond = compute.add(OneThread.OWNER, second);
        slotOfSecond.demandChanged();
        assertThat(compute.waitingTraining()).isEqualTo(2);
        second.demand = Demand.CALL;
        slotOfSecond.demandChanged();
        assertThat(compute.waitingTraining()).isEqualTo(1);
        assertThat(compute.waitingCalls()).isEqualTo(1);
        thread.release();
        first.awaitEnd();
        second.awaitEnd();

        assertThat(log).containsExactly("second", "first");
    }

    @Test
    void queuedWorkWithoutDemandIsSkipped() throws Exception {
        thread.hold();
        CountdownWorkload work = new CountdownWorkload(log, "work");
        work.left.set(1);
        Scheduler.Slot slot = compute.add(OneThread.OWNER, work);
        slot.demandChanged();
        work.left.set(0);
        slot.demandChanged();
        assertThat(compute.waitingTraining()).isZero();
        thread.release();
        var _ = compute.submit(OneThread.OWNER, Demand.TRAINING, _ -> "other").join();

        assertThat(log).isEmpty();
    }

    @Test
    void exceptionEndsNeitherThreadNorWorkload() {
        AtomicInteger remaining = new AtomicInteger(3);
        compute.add(
                        OneThread.OWNER,
                        new CountdownWorkload(log, "failing") {
                            @Override
                            public Demand demand() {
                                return remaining.get() > 0 ? Demand.TRAINING : Demand.NONE;
                            }

                            @Override
                            public void slice(long deadline) {
                                remaining.decrementAndGet();
                                throw new IllegalStateException("a fault");
                            }
                        })
                .demandChanged();

        await().until(() -> remaining.get() == 0);
        assertThat(compute.submit(OneThread.OWNER, Demand.CALL, _ -> "other").join())
                .isEqualTo("other");
    }

    @Test
    void workloadNeverRunsOnTwoThreads() {
        try (Compute many = new Compute(4, 1, ComputeMetrics.none())) {
            AtomicBoolean occupied = new AtomicBoolean();
            AtomicBoolean wasAlone = new AtomicBoolean(true);
            CountdownWorkload work =
                    new CountdownWorkload(log, "work") {
                        @Override
                        public void slice(long deadline) {
                            if (!occupied.compareAndSet(false, true)) {
                                wasAlone.set(false);
                            }
                            for (int i = 0; i < 100; i++) {
                                Thread.onSpinWait();
                            }
                            occupied.set(false);
                            left.decrementAndGet();
                        }
                    };
            work.left.set(2000);
            Scheduler.Slot slot = many.add(OneThread.OWNER, work);
            while (work.left.get() > 0) {
                slot.demandChanged();
            }
            assertThat(wasAlone).isTrue();
        }
    }
}
