package dev.microgpt.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.session.Compute.Lane;
import dev.microgpt.session.Compute.Sliced;

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
import java.util.stream.IntStream;

/// Who computes when.
@Timeout(30)
final class ComputeTest {

    private static final String OWNER = "alice";

    private final Compute compute = new Compute(1, 1000, 1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final Queue<String> log = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        gate.countDown();
        compute.close();
    }

    /// Keeps the only thread of a pool busy until the gate opens, so that all else waits.
    private void holdThread(Compute pool) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        var holding =
                pool.newLane(OWNER)
                        .call(
                                _ -> {
                                    held.countDown();
                                    return gate.await(20, TimeUnit.SECONDS);
                                });
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(holding).isNotDone();
    }

    /// Work of so many slices, each of which is logged.
    private Sliced<String> slices(String name, int count) {
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
    void worksUntilThereIsResult() {
        Lane lane = compute.newLane(OWNER);

        assertThat(resultOf(lane.train(slices("training", 5)))).isEqualTo("training");
        assertThat(log).hasSize(5);
        assertThat(resultOf(lane.call(slices("call", 3)))).isEqualTo("call");
        assertThat(log).hasSize(8);
    }

    @Test
    void sliceHasDeadlineOfFewMilliseconds() {
        Lane lane = compute.newLane(OWNER);
        long nanos = resultOf(lane.train(deadline -> deadline - System.nanoTime()));

        assertThat(nanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(10));
    }

    @Test
    void callsAndTrainingKeepTheirOrder() throws Exception {
        holdThread(compute);
        Lane lane = compute.newLane(OWNER);
        List<CompletableFuture<String>> work = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            work.add(lane.train(slices("training " + i, 2)));
            work.add(lane.call(slices("call " + i, 2)));
        }
        gate.countDown();
        work.forEach(ComputeTest::resultOf);

        assertThat(log)
                .containsExactly(
                        "call 0",
                        "call 0",
                        "call 1",
                        "call 1",
                        "call 2",
                        "call 2",
                        "training 0",
                        "training 0",
                        "training 1",
                        "training 1",
                        "training 2",
                        "training 2");
    }

    @Test
    void callsGoBetweenSlicesOfTraining() {
        Lane lane = compute.newLane(OWNER);
        AtomicBoolean enough = new AtomicBoolean();
        var training = lane.train(_ -> enough.get() ? "trained" : null);

        for (int i = 0; i < 10; i++) {
            assertThat(resultOf(lane.call(slices("call", 2)))).isEqualTo("call");
        }
        assertThat(training).isNotDone();
        enough.set(true);
        assertThat(resultOf(training)).isEqualTo("trained");
    }

    @Test
    void lanesTakeTurns() throws Exception {
        holdThread(compute);
        List<CompletableFuture<String>> work = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            work.add(compute.newLane(OWNER).train(slices(name, 25)));
        }
        gate.countDown();
        work.forEach(ComputeTest::resultOf);

        assertThat(String.join("", log)).isEqualTo("abcd".repeat(25));
    }

    @Test
    void callsOfOneLaneDoNotHoldUpTrainingOfOthersForGood() {
        AtomicBoolean enough = new AtomicBoolean();
        Sliced<String> longCall = _ -> enough.get() ? "called" : null;
        var calling = compute.newLane(OWNER).call(longCall);

        assertThat(resultOf(compute.newLane(OWNER).train(slices("training", 3))))
                .isEqualTo("training");
        assertThat(calling).isNotDone();
        enough.set(true);
        resultOf(calling);
    }

    @Test
    void callDoesNotWaitForTrainingOfOthers() throws Exception {
        holdThread(compute);
        var training = compute.newLane(OWNER).train(slices("training", 9));
        var call = compute.newLane(OWNER).call(slices("call", 1));
        gate.countDown();
        resultOf(training);
        resultOf(call);

        assertThat(List.copyOf(log).indexOf("call")).isLessThanOrEqualTo(1);
    }

    @Test
    void laneIsNeverOnTwoThreads() {
        try (Compute many = new Compute(4, 1000, 1)) {
            List<Lane> lanes = IntStream.range(0, 3).mapToObj(_ -> many.newLane(OWNER)).toList();
            List<CompletableFuture<Boolean>> work = new ArrayList<>();
            for (Lane lane : lanes) {
                AtomicBoolean occupied = new AtomicBoolean();
                for (int i = 0; i < 100; i++) {
                    work.add(lane.call(alone(occupied)));
                    work.add(lane.train(alone(occupied)));
                }
            }
            assertThat(work).allMatch(ComputeTest::resultOf);
        }
    }

    /// Ten slices that give true where nobody else was there.
    private static Sliced<Boolean> alone(AtomicBoolean occupied) {
        AtomicInteger slices = new AtomicInteger();
        AtomicBoolean wasAlone = new AtomicBoolean(true);
        return _ -> {
            if (!occupied.compareAndSet(false, true)) {
                wasAlone.set(false);
            }
            for (int i = 0; i < 100; i++) {
                Thread.onSpinWait();
            }
            occupied.set(false);
            return slices.incrementAndGet() == 10 ? wasAlone.get() : null;
        };
    }

    @Test
    void severalLanesWorkAtOnce() throws Exception {
        try (Compute two = new Compute(2, 1000, 1)) {
            CountDownLatch both = new CountDownLatch(2);
            Sliced<Boolean> meeting =
                    _ -> {
                        both.countDown();
                        return both.await(20, TimeUnit.SECONDS);
                    };
            var first = two.newLane(OWNER).train(meeting);
            var second = two.newLane(OWNER).call(meeting);

            assertThat(resultOf(first)).isTrue();
            assertThat(resultOf(second)).isTrue();
        }
    }

    @Test
    void failureEndsItsWorkAlone() {
        Lane lane = compute.newLane(OWNER);
        var failing =
                lane.train(
                        _ -> {
                            throw new StackOverflowError("too deep");
                        });
        var next = lane.train(slices("next", 2));

        assertThat(failing)
                .failsWithin(20, TimeUnit.SECONDS)
                .withThrowableThat()
                .withMessageContaining("too deep");
        assertThat(resultOf(next)).isEqualTo("next");
    }

    @Test
    void cancelledWorkIsLeftOut() throws Exception {
        holdThread(compute);
        Lane lane = compute.newLane(OWNER);
        var cancelled = lane.call(slices("cancelled", 1));
        var next = lane.call(slices("next", 1));
        cancelled.cancel(false);
        gate.countDown();
        resultOf(next);

        assertThat(log).containsExactly("next");
    }

    @Test
    void refusesMoreThanMayWait() throws Exception {
        try (Compute small = new Compute(1, 2, 1)) {
            holdThread(small);
            Lane lane = small.newLane(OWNER);
            var first = lane.call(slices("first", 1));
            var second = lane.call(slices("second", 1));

            assertThatExceptionOfType(SessionException.class)
                    .isThrownBy(() -> lane.call(slices("third", 1)))
                    .matches(e -> e.code() == ErrorCode.BUSY);
            assertThat(small.newLane(OWNER).call(slices("other", 1))).isNotDone();
            gate.countDown();
            resultOf(first);
            resultOf(second);
            assertThat(resultOf(lane.call(slices("third", 1)))).isEqualTo("third");
        }
    }

    @Test
    void closedLaneFailsWhatWaitsAndWhatComes() throws Exception {
        holdThread(compute);
        Lane lane = compute.newLane(OWNER);
        Lane other = compute.newLane(OWNER);
        var call = lane.call(slices("call", 1));
        var training = lane.train(slices("training", 1));
        var others = other.call(slices("other", 1));
        lane.close(new SessionException(ErrorCode.NOT_FOUND, "deleted"));

        assertFails(call, ErrorCode.NOT_FOUND);
        assertFails(training, ErrorCode.NOT_FOUND);
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> lane.call(slices("late", 1)))
                .matches(e -> e.code() == ErrorCode.NOT_FOUND);
        gate.countDown();
        assertThat(resultOf(others)).isEqualTo("other");
        assertThat(log).containsExactly("other");
    }

    @Test
    void closedLaneEndsWhatIsRunning() {
        Lane lane = compute.newLane(OWNER);
        Sliced<String> endless = _ -> null;
        var training = lane.train(endless);
        lane.close(new SessionException(ErrorCode.NOT_FOUND, "deleted"));

        assertFails(training, ErrorCode.NOT_FOUND);
        assertThat(resultOf(compute.newLane(OWNER).train(slices("other", 3)))).isEqualTo("other");
    }

    @Test
    void closingFailsWhatIsNotDone() {
        Sliced<String> endless = _ -> null;
        List<CompletableFuture<String>> work = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Lane lane = compute.newLane(OWNER);
            work.add(lane.train(endless));
            work.add(lane.train(endless));
            work.add(lane.call(endless));
        }
        compute.close();

        work.forEach(future -> assertFails(future, ErrorCode.BUSY));
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> compute.newLane(OWNER).call(endless))
                .matches(e -> e.code() == ErrorCode.BUSY);
        compute.close(); // again does no harm
    }

    @Test
    void closingEndsThreads() {
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        try (Compute three = new Compute(3, 10, 1)) {
            for (int i = 0; i < 3; i++) {
                resultOf(three.newLane(OWNER).call(_ -> threads.add(Thread.currentThread())));
            }
        }

        assertThat(threads).isNotEmpty().noneMatch(Thread::isAlive);
    }
}
