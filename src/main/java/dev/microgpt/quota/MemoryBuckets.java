package dev.microgpt.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;

/// Buckets in the memory of this process.
public final class MemoryBuckets implements Buckets {

    /// Bounded by the number of keys in use: a bucket is full again after a window without requests, so that
    /// it may be forgotten then.
    private final Cache<String, Bucket> buckets =
            Caffeine.newBuilder().expireAfterAccess(WINDOW).executor(Runnable::run).build();

    @Override
    public ConsumptionProbe take(String name, int perMinute) {
        return buckets.get(name, _ -> create(perMinute)).tryConsumeAndReturnRemaining(1);
    }

    private static Bucket create(int perMinute) {
        return Bucket.builder()
                .addLimit(Buckets.configuration(perMinute).getBandwidths()[0])
                .build();
    }
}
