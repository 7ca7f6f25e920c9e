package dev.microgpt.quota;

import io.github.bucket4j.Bucket;

import org.springframework.stereotype.Component;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Counts requests against the quotas. A bucket for each key, and one for all: it is as large as a minute's
/// quota, and fills up again steadily.
@Component
public final class RateLimiter {

    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final QuotaSettings quotas;
    private final Bucket all;
    private final Map<String, Bucket> keys =
            new ConcurrentHashMap<>(); // no more than there are keys

    RateLimiter(QuotaSettings quotas) {
        this.quotas = quotas;
        all = bucket(quotas.all().requestsPerMinute());
    }

    private static Bucket bucket(int perMinute) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, WINDOW))
                .build();
    }

    /// What one policy says of a request.
    ///
    /// @param policy its name
    /// @param quota requests in a window
    /// @param windowSeconds the window
    /// @param remaining requests that may follow at once
    /// @param retrySeconds after which a refused request may be made again; 0 for one that was not refused
    public record Verdict(
            String policy, long quota, long windowSeconds, long remaining, long retrySeconds) {

        public boolean isRefusal() {
            return retrySeconds > 0;
        }

        /// Why a request is refused.
        public String reason() {
            return "%d requests a minute are allowed to %s; try again in %d s"
                    .formatted(
                            quota,
                            policy.equals("key") ? "each key" : "all together",
                            retrySeconds);
        }
    }

    /// Counts a request.
    ///
    /// @param owner who makes it
    /// @param hasKey whether the quotas of keys hold
    /// @return what each policy says; if one refuses, the request is not to be made
    public List<Verdict> count(String owner, boolean hasKey) {
        if (!hasKey) {
            return List.of(countForAll());
        }
        int quota = quotas.key().requestsPerMinute();
        Verdict own = count("key", keys.computeIfAbsent(owner, _ -> bucket(quota)), quota);
        return own.isRefusal() ? List.of(own) : List.of(own, countForAll());
    }

    private Verdict countForAll() {
        return count("all", all, quotas.all().requestsPerMinute());
    }

    private static Verdict count(String policy, Bucket bucket, int quota) {
        var probe = bucket.tryConsumeAndReturnRemaining(1);
        long retry =
                probe.isConsumed()
                        ? 0
                        : Duration.ofNanos(probe.getNanosToWaitForRefill()).toSeconds() + 1;
        return new Verdict(policy, quota, WINDOW.toSeconds(), probe.getRemainingTokens(), retry);
    }
}
