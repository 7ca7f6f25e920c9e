package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Scheduling of tasks that belong to no session.
@Timeout(30)
final class ComputeTest {

    private final OneThread thread = new OneThread();
    private final Compute compute = thread.compute;
    private final Queue<String> log = thread.log;

    @AfterEach
    void close() {
        thread.close();
    }

    private <T> CompletableFuture<T> call(SlicedTask<T> work) {
        return compute.submit(OneThread.OWNER, Demand.CALL, work);
    }

    private <T> CompletableFuture<T> train(SlicedTask<T> work) {
        return compute.submit(OneThread.OWNER, Demand.TRAINING, work);
    }

    /// A task with a number of slices, each of which is logged.
    private SlicedTask<String> slices(String name, int count) {
        AtomicInteger done = new AtomicInteger();
        return _ -> {
            log.add(name);
            return done.incrementAndGet() == count ? name : null;
        };
    }

    private static <T> T resultOf(CompletableFuture<T> work) {
        return work.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static void assertFails(CompletableFuture<?> work, ErrorCode code) {
        assertThat(work)
                .failsWithin(20, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        SessionException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void taskContinuesUntilItHasResult() {
        assertThat(resultOf(train(slices("training", 5)))).isEqualTo("training");
        assertThat(log).hasSize(5);
        assertThat(resultOf(call(slices("call", 3)))).isEqualTo("call");
        assertThat(log).hasSize(8);
    }

    @Test
    void sliceHasDeadlineOfFewMilliseconds() {
        long nanos = resultOf(train(deadline -> deadline - System.nanoTime()));

        assertThat(nanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(10));
    }

    @Test
    void workloadsTakeTurns() throws Exception {
        thread.hold();
        List<CompletableFuture<String>> work = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            work.add(train(slices(name, 25)));
        }
        thread.release();
        work.forEach(ComputeTest::resultOf);

        assertThat(String.join("", log)).isEqualTo("abcd".repeat(25));
    }

    @Test
    void callsDoNotStarveTraining() {
        AtomicBoolean enough = new AtomicBoolean();
        var calling = call(_ -> enough.get() ? "called" : null);

        assertThat(resultOf(train(slices("training", 3)))).isEqualTo("training");
        assertThat(calling).isNotDone();
        enough.set(true);
        assertThat(resultOf(calling)).isEqualTo("called");
    }

    @Test
    void callDoesNotWaitForTraining() throws Exception {
        thread.hold();
        var training = train(slices("training", 9));
        var call = call(slices("call", 1));
        thread.release();
        assertThat(resultOf(training)).isEqualTo("training");
        assertThat(resultOf(call)).isEqualTo("call");

        assertThat(List.copyOf(log).indexOf("call")).isLessThanOrEqualTo(1);
    }

    @Test
    void callsDoNotWaitForLongTrainingSlices() throws Exception {
        try (Compute two = new Compute(2, 1, ComputeMetrics.none())) {
            CountDownLatch began = new CountDownLatch(2);
            CountDownLatch end = new CountDownLatch(1);
            SlicedTask<Boolean> longStep =
                    _ -> {
                        began.countDown();
                        return end.await(20, TimeUnit.SECONDS);
                    };
            var first = two.submit(OneThread.OWNER, Demand.TRAINING, longStep);
            var second = two.submit(OneThread.OWNER, Demand.TRAINING, longStep);
            assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
            var training = two.submit("bob", Demand.TRAINING, slices("training", 1));

            assertThat(resultOf(two.submit("bob", Demand.CALL, slices("call", 9))))
                    .isEqualTo("call");
            assertThat(resultOf(two.submit("carol", Demand.CALL, slices("other", 9))))
                    .isEqualTo("other");
            assertThat(training).isNotDone();
            assertThat(first).isNotDone();
            end.countDown();
            assertThat(resultOf(first)).isTrue();
            assertThat(resultOf(second)).isTrue();
            assertThat(resultOf(training)).isEqualTo("training");
        }
    }

    @Test
    void severalThreadsWorkInParallel() throws Exception {
        try (Compute two = new Compute(2, 1, ComputeMetrics.none())) {
            CountDownLatch both = new CountDownLatch(2);
            SlicedTask<Boolean> meeting =
                    _ -> {
                        both.countDown();
                        return both.await(20, TimeUnit.SECONDS);
                    };
            var first = two.submit(OneThread.OWNER, Demand.TRAINING, meeting);
            var second = two.submit(OneThread.OWNER, Demand.CALL, meeting);

            assertThat(resultOf(first)).isTrue();
            assertThat(resultOf(second)).isTrue();
        }
    }

    @Test
    void failureEndsOnlyTheFailedTask() {
        var failing =
                train(
                        _ -> {
                            throw new StackOverflowError("too deep");
                        });
        var next = train(slices("next", 2));

        assertThat(failing)
                .failsWithin(20, TimeUnit.SECONDS)
                .withThrowableThat()
                .withMessageContaining("too deep");
        assertThat(resultOf(next)).isEqualTo("next");
    }

    @Test
    void cancelledTaskEnds() {
        var endless = train(_ -> null);
        endless.cancel(false);

        assertThat(resultOf(train(slices("next", 3)))).isEqualTo("next");
    }

    @Test
    void cancelledWaitingTaskIsSkipped() throws Exception {
        thread.hold();
        var cancelled = call(slices("cancelled", 1));
        var next = call(slices("next", 1));
        cancelled.cancel(false);
        thread.release();
        assertThat(resultOf(next)).isEqualTo("next");

        assertThat(log).containsExactly("next");
    }

    @Test
    void closingFailsUnfinishedTasks() {
        List<CompletableFuture<String>> work = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            work.add(train(_ -> null));
            work.add(call(_ -> null));
        }
        compute.close();

        work.forEach(future -> assertFails(future, ErrorCode.BUSY));
        assertFails(call(_ -> null), ErrorCode.BUSY);
        compute.close(); // a second close has no effect
        assertThat(compute.isStopped()).isTrue();
    }

    @Test
    void closingEndsThreads() {
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        try (Compute three = new Compute(3, 1, ComputeMetrics.none())) {
            for (int i = 0; i < 3; i++) {
                var _ =
                        resultOf(
                                three.submit(
                                        OneThread.OWNER,
                                        Demand.CALL,
                                        _ -> threads.add(Thread.currentThread())));
            }
        }

        assertThat(threads).isNotEmpty().noneMatch(Thread::isAlive);
    }

    @Test
    void waitingTasksAreCounted() throws Exception {
        thread.hold();
        var call = call(slices("call", 1));
        var training = train(slices("training", 1));

        assertThat(compute.waitingCalls()).isEqualTo(1);
        assertThat(compute.waitingTraining()).isEqualTo(1);
        thread.release();
        assertThat(resultOf(call)).isEqualTo("call");
        assertThat(resultOf(training)).isEqualTo("training");
        assertThat(compute.waitingCalls() + compute.waitingTraining()).isZero();
    }
}
