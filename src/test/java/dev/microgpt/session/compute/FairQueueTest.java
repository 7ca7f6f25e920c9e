package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;

/// The order of workloads. Time is simulated: one thread, slices of two milliseconds.
final class FairQueueTest {

    private static final long SLICE = 2_000_000;

    private final Map<String, Integer> slices = new HashMap<>(); // per workload
    private long now;

    /// Workloads are named by their owner and a number: `a1` is one of `a`.
    private static String ownerOf(String workload) {
        return workload.substring(0, 1);
    }

    private FairQueue<String> queue(double share, String... workloads) {
        FairQueue<String> queue = new FairQueue<>(1, share);
        for (String workload : workloads) {
            queue.add(ownerOf(workload), workload, now);
        }
        return queue;
    }

    /// Lets a thread work for some time. All workloads always have more to do.
    private void work(FairQueue<String> queue, long nanos) {
        long end = now + nanos;
        while (now < end) {
            String workload = queue.take(now);
            if (workload == null) {
                now += Math.min(queue.nanosUntilDue(now), end - now);
            } else {
                now += SLICE;
                slices.merge(workload, 1, Integer::sum);
                queue.charge(ownerOf(workload), SLICE);
                queue.add(ownerOf(workload), workload, now);
            }
        }
    }

    @Test
    void ownersGetEqualTimeHoweverManySessionsTheyHave() {
        work(queue(1, "a1", "b1", "b2", "b3", "b4"), 800 * SLICE);
        assertThat(slices).containsOnlyKeys("a1", "b1", "b2", "b3", "b4");
        assertThat(slices.get("a1")).isCloseTo(400, within(1));
        assertThat(slices.get("b1")).isCloseTo(100, within(1));
        assertThat(slices.get("b4")).isCloseTo(100, within(1));
    }

    @Test
    void onlyOwnerGetsAllTime() {
        work(queue(1, "a1", "a2"), 100 * SLICE);
        assertThat(slices).isEqualTo(Map.of("a1", 50, "a2", 50));
    }

    @Test
    void idleOwnerSavesNoTime() {
        FairQueue<String> queue = queue(1, "a1");
        work(queue, 1000 * SLICE);
        slices.clear();
        queue.add("b", "b1", now);
        work(queue, 100 * SLICE);
        assertThat(slices.get("b1")).isCloseTo(50, within(1));
    }

    @Test
    void ownerGetsAtMostItsShare() {
        work(queue(0.25, "a1", "a2"), 4000 * SLICE);
        int used = slices.getOrDefault("a1", 0) + slices.getOrDefault("a2", 0);
        assertThat(used / 4000.0).isBetween(0.24, 0.27);
    }

    @Test
    void shareOfOneOwnerDoesNotDelayAnother() {
        work(queue(0.5, "a1", "b1"), 1000 * SLICE);
        assertThat(slices.get("a1")).isCloseTo(500, within(10));
        assertThat(slices.get("b1")).isCloseTo(500, within(10));
    }

    @Test
    void emptyQueueReturnsNothing() {
        FairQueue<String> queue = queue(1);
        assertThat(queue.take(now)).isNull();
        assertThat(queue.nanosUntilDue(now)).isEqualTo(Long.MAX_VALUE);
        queue.add("a", "a1", now);
        assertThat(queue.nanosUntilDue(now)).isZero();
        assertThat(queue.remove("a", "a1")).isTrue();
        assertThat(queue.remove("a", "a1")).isFalse();
        assertThat(queue.take(now)).isNull();
    }
}
