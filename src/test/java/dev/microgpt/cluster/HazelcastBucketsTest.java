package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.map.IMap;

import dev.microgpt.quota.Buckets;
import dev.microgpt.support.MostlyWaiting;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;

/// Tests that all nodes count in the same buckets, and each in its own while it has no answer.
@MostlyWaiting
@Timeout(60)
final class HazelcastBucketsTest {

    private static final int QUOTA = 20;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    /// Buckets that wait for an answer however busy the machine is.
    private Buckets patientBuckets(HazelcastMembers members) {
        return new HazelcastBuckets(members.hazelcast(), metrics, Duration.ofSeconds(30));
    }

    private double fallbacks() {
        return metrics.counter("microgpt.cluster.quota.fallbacks").count();
    }

    @Test
    void aBucketThatOneNodeEmptiesIsEmptyAtTheOther() {
        try (TestNodes nodes = TestNodes.start(2)) {
            Buckets first = patientBuckets(nodes.get(0));
            Buckets second = patientBuckets(nodes.get(1));
            for (String name : new String[] {"key/alice", "key/bob", "all"}) {
                for (int i = 1; i <= QUOTA; i++) {
                    var probe = first.take(name, QUOTA);
                    assertThat(probe.isConsumed()).isTrue();
                    assertThat(probe.getRemainingTokens()).isEqualTo(QUOTA - i);
                }
                var probe = second.take(name, QUOTA);
                assertThat(probe.isConsumed()).isFalse();
                assertThat(probe.getRemainingTokens()).isZero();
                assertThat(Duration.ofNanos(probe.getNanosToWaitForRefill()))
                        .isBetween(Duration.ofNanos(1), Buckets.WINDOW.dividedBy(QUOTA));
            }
            assertThat(fallbacks()).isZero();
        }
    }

    @Test
    void anIdleBucketIsForgotten() {
        try (TestNodes nodes = TestNodes.start(1)) {
            patientBuckets(nodes.get(0)).take("all", QUOTA);

            IMap<String, byte[]> map = nodes.get(0).hazelcast().getMap(HazelcastBuckets.MAP);
            assertThat(map.keySet()).contains("all/" + QUOTA);
            assertThat(Duration.ofMillis(map.getEntryView("all/" + QUOTA).getTtl()))
                    .isEqualTo(Buckets.WINDOW);
        }
    }

    /// A locked entry keeps the call waiting, as a broken network does.
    @Test
    void withoutAnAnswerANodeCountsAloneUntilThereIsOneAgain() {
        try (TestNodes nodes = TestNodes.start(2)) {
            Buckets buckets = new HazelcastBuckets(nodes.get(0).hazelcast(), metrics);
            IMap<String, byte[]> map = nodes.get(1).hazelcast().getMap(HazelcastBuckets.MAP);
            map.lock("all/" + QUOTA);

            long start = System.nanoTime();
            for (int i = 1; i <= QUOTA; i++) {
                assertThat(buckets.take("all", QUOTA).isConsumed()).isTrue();
                assertThat(fallbacks()).isEqualTo(i);
            }
            // Not every call waits.
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(
                            HazelcastBuckets.TIMEOUT, HazelcastBuckets.TIMEOUT.multipliedBy(QUOTA));
            assertThat(buckets.take("all", QUOTA).isConsumed()).isFalse();

            map.unlock("all/" + QUOTA);
            await().until(
                            () -> {
                                double before = fallbacks();
                                buckets.take("all", QUOTA);
                                return fallbacks() == before;
                            });
        }
    }

    @Test
    void aNodeThatHasLeftCountsAlone() {
        try (TestNodes nodes = TestNodes.start(1)) {
            Buckets buckets = new HazelcastBuckets(nodes.get(0).hazelcast(), metrics);
            nodes.kill(0);

            assertThat(buckets.take("all", QUOTA).getRemainingTokens()).isEqualTo(QUOTA - 1);
            assertThat(fallbacks()).isEqualTo(1);
        }
    }
}
