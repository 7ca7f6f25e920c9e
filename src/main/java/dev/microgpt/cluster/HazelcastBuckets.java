package dev.microgpt.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;

import dev.microgpt.quota.Buckets;
import dev.microgpt.quota.MemoryBuckets;

import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.proxy.AbstractProxyManager;
import io.github.bucket4j.distributed.proxy.ClientSideConfig;
import io.github.bucket4j.distributed.remote.CommandResult;
import io.github.bucket4j.distributed.remote.Request;
import io.github.bucket4j.distributed.serialization.InternalSerializationHelper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// Buckets that all nodes share, each in the memory of one of them. While that node does not answer, this one counts
/// in buckets of its own, so that a call is delayed briefly at most, and never rejected for that reason.
///
/// Bucket4j has a module for Hazelcast, but not in this version. Its processors also use Java serialization, and
/// wait without limit.
final class HazelcastBuckets implements Buckets {

    /// The name of Hazelcast's map.
    static final String MAP = "quotas";

    /// The longest time to wait for an answer.
    static final Duration TIMEOUT = Duration.ofMillis(200);

    /// The first call loads classes and assigns the buckets to members.
    private static final Duration TIME_TO_WARM_UP = Duration.ofSeconds(2);

    /// For how long no more calls wait after one has waited in vain.
    static final Duration PAUSE = Duration.ofSeconds(1);

    private static final long NOT_PAUSED = Long.MIN_VALUE;
    private static final Logger log = LoggerFactory.getLogger(HazelcastBuckets.class);

    private final Proxies shared;
    private final Buckets own = new MemoryBuckets();
    private final Counter fallbacks;

    /// The end of the pause, as of [System#nanoTime()].
    private final AtomicLong pausedUntil = new AtomicLong(NOT_PAUSED);

    HazelcastBuckets(HazelcastInstance hazelcast, MeterRegistry metrics) {
        this(hazelcast, metrics, TIMEOUT);
    }

    HazelcastBuckets(HazelcastInstance hazelcast, MeterRegistry metrics, Duration timeout) {
        IMap<String, byte[]> map = hazelcast.getMap(MAP);
        shared = new Proxies(map, timeout);
        fallbacks =
                Counter.builder("microgpt.cluster.quota.fallbacks")
                        .description(
                                "Requests counted by this node alone because the cluster did not answer")
                        .register(metrics);
        warmUp(map);
    }

    private static void warmUp(IMap<String, byte[]> map) {
        try {
            take(new Proxies(map, TIME_TO_WARM_UP), "warm-up", 1);
        } catch (TimedAnswer.MissingException e) {
            log.debug("No answer yet", e);
        }
    }

    /// Nodes that are configured differently, as during an update, have different buckets.
    private static ConsumptionProbe take(Proxies proxies, String name, int perMinute) {
        return proxies.builder()
                .build(name + '/' + perMinute, () -> Buckets.configuration(perMinute))
                .tryConsumeAndReturnRemaining(1);
    }

    @Override
    public ConsumptionProbe take(String name, int perMinute) {
        if (mayAsk()) {
            try {
                ConsumptionProbe probe = take(shared, name, perMinute);
                resume();
                return probe;
            } catch (TimedAnswer.MissingException e) {
                pause(e);
            }
        }
        fallbacks.increment();
        return own.take(name, perMinute);
    }

    /// Returns whether to ask the cluster. After a pause, one call finds out for all.
    private boolean mayAsk() {
        long until = pausedUntil.get();
        if (until == NOT_PAUSED) {
            return true;
        }
        long now = System.nanoTime();
        return now - until >= 0 && pausedUntil.compareAndSet(until, now + PAUSE.toNanos());
    }

    private void pause(TimedAnswer.MissingException e) {
        if (pausedUntil.getAndSet(System.nanoTime() + PAUSE.toNanos()) == NOT_PAUSED) {
            log.warn(
                    "The cluster does not answer for quotas, so this node counts alone: {}",
                    String.valueOf(e.getCause()));
        }
    }

    private void resume() {
        if (pausedUntil.get() != NOT_PAUSED && pausedUntil.getAndSet(NOT_PAUSED) != NOT_PAUSED) {
            log.info("The cluster answers for quotas again");
        }
    }

    /// Calls buckets of the cluster for a limited time.
    private static final class Proxies extends AbstractProxyManager<String> {

        private final IMap<String, byte[]> map;
        private final Duration timeout;

        Proxies(IMap<String, byte[]> map, Duration timeout) {
            super(ClientSideConfig.getDefault());
            this.map = map;
            this.timeout = timeout;
        }

        @Override
        protected <T> CommandResult<T> execute(String key, Request<T> request) {
            BucketCall call = new BucketCall(InternalSerializationHelper.serializeRequest(request));
            byte[] result = TimedAnswer.of(() -> map.<byte[]>submitToKey(key, call), timeout);
            return InternalSerializationHelper.deserializeResult(
                    result, request.getBackwardCompatibilityVersion());
        }

        @Override
        protected <T> CompletableFuture<CommandResult<T>> executeAsync(
                String key, Request<T> request) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected CompletableFuture<Void> removeAsync(String key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void removeProxy(String key) {
            map.delete(key);
        }

        @Override
        public boolean isAsyncModeSupported() {
            return false;
        }
    }
}
