package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.engine.ParallelRunner;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Slices whose parts run on two compute threads.
@Timeout(30)
final class ParallelRunnerTest {

    private static final String OWNER = "alice";

    private final Compute compute = new Compute(2, 1, ComputeMetrics.none(), Duration.ofHours(1));
    private final ParallelRunner runner = compute.parallelRunner(OWNER);

    @AfterEach
    void close() {
        compute.close();
    }

    private <T> CompletableFuture<T> call(SlicedTask<T> work) {
        return compute.submit(OWNER, Demand.CALL, work);
    }

    private static <T> T resultOf(CompletableFuture<T> work) {
        return work.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs two parts in a slice, and returns the names of their threads.
    private List<String> threadsOfParts() {
        Queue<String> names = new ConcurrentLinkedQueue<>();
        Runnable part = () -> names.add(Thread.currentThread().getName());
        runner.runBoth(part, part);
        return List.copyOf(names);
    }

    @Test
    void aThreadWithoutWorkRunsTheSecondPart() {
        CountDownLatch hasBegun = new CountDownLatch(1);
        // the first part waits for the second, so they must run at the same time
        boolean isParallel =
                resultOf(
                        call(
                                _ -> {
                                    boolean[] result = new boolean[1];
                                    runner.runBoth(
                                            () -> result[0] = await(hasBegun), hasBegun::countDown);
                                    return result[0];
                                }));

        assertThat(isParallel).isTrue();
        assertThat(runner.isParallel()).isTrue();
    }

    @Test
    void aThreadWithWorkIsLeftAlone() {
        CountDownLatch hasBegun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<Boolean> other =
                call(
                        _ -> {
                            hasBegun.countDown();
                            return await(gate);
                        });
        assertThat(await(hasBegun)).isTrue();
        List<String> names = resultOf(call(_ -> threadsOfParts()));
        gate.countDown();

        assertThat(names).hasSize(2);
        assertThat(names.getFirst()).isEqualTo(names.getLast());
        assertThat(resultOf(other)).isTrue();
    }

    @Test
    void bothPartsHaveEndedWhenOneFails() {
        for (boolean firstFails : List.of(true, false)) {
            Queue<String> ended = new ConcurrentLinkedQueue<>();
            Runnable failing =
                    () -> {
                        ended.add("failing");
                        throw new IllegalStateException("failed");
                    };
            Runnable other = () -> ended.add("other");
            var result =
                    call(
                            _ -> {
                                runner.runBoth(
                                        firstFails ? failing : other, firstFails ? other : failing);
                                return true;
                            });

            assertThatThrownBy(() -> resultOf(result)).hasRootCauseMessage("failed");
            assertThat(ended).containsExactlyInAnyOrder("failing", "other");
        }
    }

    @Test
    void closedComputeRunsBothPartsOnTheCallingThread() {
        compute.close();

        assertThat(threadsOfParts()).containsOnly(Thread.currentThread().getName()).hasSize(2);
    }

    @Test
    void aSingleThreadIsNotParallel() {
        try (OneThread thread = new OneThread()) {
            assertThat(thread.compute.parallelRunner(OWNER).isParallel()).isFalse();
        }
    }
}
