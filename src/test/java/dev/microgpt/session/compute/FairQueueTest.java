package dev.microgpt.session.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;

/// Who is next. Time is simulated: one thread, slices of two milliseconds.
final class FairQueueTest {

    private static final long SLICE = 2_000_000;

    private final Map<String, Integer> slices = new HashMap<>(); // by lane
    private long now;

    /// Lanes are named by their owner and a number: `a1` is one of `a`.
    private static String ownerOf(String lane) {
        return lane.substring(0, 1);
    }

    private FairQueue<String> turns(double share, String... lanes) {
        FairQueue<String> turns = new FairQueue<>(1, share);
        for (String lane : lanes) {
            turns.add(ownerOf(lane), lane, now);
        }
        return turns;
    }

    /// Lets a thread work for some time; all lanes always have more to do.
    private void work(FairQueue<String> turns, long nanos) {
        long end = now + nanos;
        while (now < end) {
            String lane = turns.take(now);
            if (lane == null) {
                now += Math.min(turns.nanosUntilDue(now), end - now);
            } else {
                now += SLICE;
                slices.merge(lane, 1, Integer::sum);
                turns.used(ownerOf(lane), SLICE);
                turns.add(ownerOf(lane), lane, now);
            }
        }
    }

    @Test
    void ownersHaveEqualPartsHoweverManySessionsTheyHave() {
        work(turns(1, "a1", "b1", "b2", "b3", "b4"), 800 * SLICE);
        assertThat(slices).containsOnlyKeys("a1", "b1", "b2", "b3", "b4");
        assertThat(slices.get("a1")).isCloseTo(400, within(1));
        assertThat(slices.get("b1")).isCloseTo(100, within(1));
        assertThat(slices.get("b4")).isCloseTo(100, within(1));
    }

    @Test
    void whoIsAloneHasAllOfIt() {
        work(turns(1, "a1", "a2"), 100 * SLICE);
        assertThat(slices).isEqualTo(Map.of("a1", 50, "a2", 50));
    }

    @Test
    void nobodySavesTurnsUp() {
        FairQueue<String> turns = turns(1, "a1");
        work(turns, 1000 * SLICE);
        slices.clear();
        turns.add("b", "b1", now);
        work(turns, 100 * SLICE);
        assertThat(slices.get("b1")).isCloseTo(50, within(1));
    }

    @Test
    void anOwnerHasNoMoreThanTheShare() {
        work(turns(0.25, "a1", "a2"), 4000 * SLICE);
        int used = slices.getOrDefault("a1", 0) + slices.getOrDefault("a2", 0);
        assertThat(used / 4000.0).isBetween(0.24, 0.27);
    }

    @Test
    void theShareOfOneDoesNotHoldUpAnother() {
        work(turns(0.5, "a1", "b1"), 1000 * SLICE);
        assertThat(slices.get("a1")).isCloseTo(500, within(10));
        assertThat(slices.get("b1")).isCloseTo(500, within(10));
    }

    @Test
    void nobodyIsDueWhereNobodyWaits() {
        FairQueue<String> turns = turns(1);
        assertThat(turns.take(now)).isNull();
        assertThat(turns.nanosUntilDue(now)).isEqualTo(Long.MAX_VALUE);
        turns.add("a", "a1", now);
        assertThat(turns.nanosUntilDue(now)).isZero();
        assertThat(turns.remove("a", "a1")).isTrue();
        assertThat(turns.remove("a", "a1")).isFalse();
        assertThat(turns.take(now)).isNull();
    }
}
