package dev.microgpt.quota;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;

import java.time.Duration;

/// The token buckets of the rate limits. A bucket is created full when it is first used, and refilled continuously.
/// Thread-safe.
public interface Buckets {

    /// The time in which an empty bucket is refilled.
    Duration WINDOW = Duration.ofMinutes(1);

    /// Takes a token from a bucket.
    ///
    /// @param name which bucket
    /// @param perMinute the number of tokens in a full bucket
    ConsumptionProbe take(String name, int perMinute);

    /// Returns the configuration of a bucket with a number of tokens.
    static BucketConfiguration configuration(int perMinute) {
        return BucketConfiguration.builder()
                .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, WINDOW))
                .build();
    }
}
