package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Who is told when the threads end.
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
    void closingTellsAllThatHaveSomethingToDo() throws Exception {
        thread.hold();
        Countdown waiting = new Countdown(log, "waiting");
        Countdown delayed = new Countdown(log, "delayed");
        Countdown idle = new Countdown(log, "idle");
        waiting.left.set(1);
        delayed.left.set(1);
        delayed.wanted = Demand.later(System.nanoTime() + TimeUnit.HOURS.toNanos(1));
        for (Countdown work : List.of(waiting, delayed, idle)) {
            compute.add(OneThread.OWNER, work).changed();
        }
        thread.letGo();
        compute.close();

        assertThat(waiting.stops.get() + waiting.slices.get()).isPositive();
        assertThat(delayed.stops).hasPositiveValue();
        assertThat(log).doesNotContain("delayed", "idle");
    }

    @Test
    void closingTellsWhatRuns() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        Countdown endless =
                new Countdown(log, "endless") {
                    @Override
                    public void slice(long deadline) {
                        running.countDown();
                    }
                };
        endless.left.set(1);
        compute.add(OneThread.OWNER, endless).changed();
        assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
        compute.close();

        assertThat(compute.isStopped()).isTrue();
        assertThat(endless.stops).hasPositiveValue();
    }

    @Test
    void changeAfterClosingIsAnsweredAtOnce() {
        Countdown late = new Countdown(log, "late");
        Scheduler.Slot slot = compute.add(OneThread.OWNER, late);
        compute.close();
        late.left.set(1);
        slot.changed();

        assertThat(late.stops).hasValue(1);
        assertThat(log).isEmpty();
    }
}
