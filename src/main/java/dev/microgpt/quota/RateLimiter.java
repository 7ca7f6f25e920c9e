package dev.microgpt.quota;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

import java.time.Duration;
import java.util.List;

/// Applies the rate limits of requests with a token bucket for each key, one for each share, and one for all callers. A bucket holds
/// the quota of a minute and is refilled continuously. Thread-safe.
@Component
public final class RateLimiter {

    private final QuotaSettings quotas;
    private final Buckets buckets;

    /// @param buckets where the buckets are; by default in the memory of this process
    RateLimiter(QuotaSettings quotas, ObjectProvider<Buckets> buckets) {
        this.quotas = quotas;
        this.buckets = buckets.getIfAvailable(MemoryBuckets::new);
    }

    /// The decision of one policy about a request.
    ///
    /// @param policy the policy's name, `key`, `share` or `all`
    /// @param quota number of requests in a window
    /// @param windowSeconds length of the window, in seconds
    /// @param remaining number of requests that may follow immediately
    /// @param retrySeconds seconds until a rejected request may be repeated; 0 if the request is allowed
    public record Verdict(
            String policy, long quota, long windowSeconds, long remaining, long retrySeconds) {

        public boolean isRefusal() {
            return retrySeconds > 0;
        }

        /// Returns the reason why a request is rejected.
        public String reason() {
            return "the rate limit is %d requests per minute for %s; try again in %d s"
                    .formatted(
                            quota,
                            policy.equals("all") ? "all callers together" : "each " + policy,
                            retrySeconds);
        }
    }

    /// Counts a request.
    ///
    /// @param owner the owner of the key that makes the request
    /// @param hasKey whether the quotas of keys apply
    /// @return the verdict of each policy; if any is a refusal, the request must be rejected
    public List<Verdict> count(String owner, boolean hasKey) {
        if (!hasKey) {
            return List.of(countForAll());
        }
        Verdict own = count("key", "key/" + owner, quotas.key().requestsPerMinute());
        return own.isRefusal() ? List.of(own) : List.of(own, countForAll());
    }

    /// Counts a request of the bearer of a share. It counts as one of the share, and not of its owner's key.
    ///
    /// @param share the name of the share
    /// @return the verdict of each policy; if any is a refusal, the request must be rejected
    public List<Verdict> countShared(String share) {
        Verdict own = count("share", "share/" + share, quotas.share().requestsPerMinute());
        return own.isRefusal() ? List.of(own) : List.of(own, countForAll());
    }

    private Verdict countForAll() {
        return count("all", "all", quotas.all().requestsPerMinute());
    }

    private Verdict count(String policy, String bucket, int quota) {
        var probe = buckets.take(bucket, quota);
        long retry =
                probe.isConsumed()
                        ? 0
                        : Duration.ofNanos(probe.getNanosToWaitForRefill()).toSeconds() + 1;
        return new Verdict(
                policy, quota, Buckets.WINDOW.toSeconds(), probe.getRemainingTokens(), retry);
    }
}
