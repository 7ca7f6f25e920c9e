package dev.microgpt.quota;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Quotas of each API key, of each share, and of all callers together, under `microgpt.quotas`. If the service is open and
/// calls need no key, only the quotas for shares and for all callers apply.
///
/// @param key quotas of each key
/// @param share quotas of each share
/// @param all quotas of all callers together
@ConfigurationProperties("microgpt.quotas")
public record QuotaSettings(
        @DefaultValue PerKey key, @DefaultValue PerShare share, @DefaultValue All all) {

    /// The quotas of each key.
    ///
    /// @param sessions maximum number of sessions
    /// @param parameters maximum number of parameters of all sessions of the key together
    /// @param trainingShare maximum share of the compute threads' time for the key's training, above 0 and at
    ///     most 1. Keys that train at the same time get equal shares in any case
    /// @param requestsPerMinute rate limit of calls and messages on live connections together
    /// @param connections maximum number of live connections
    public record PerKey(
            @DefaultValue("1000") int sessions,
            @DefaultValue("100000000") long parameters,
            @DefaultValue("1") double trainingShare,
            @DefaultValue("12000") int requestsPerMinute,
            @DefaultValue("200") int connections) {

        public PerKey {
            requirePositive("key.sessions", sessions);
            requirePositive("key.parameters", parameters);
            requirePositive("key.requests-per-minute", requestsPerMinute);
            requirePositive("key.connections", connections);
            if (!(trainingShare > 0 && trainingShare <= 1)) {
                throw new IllegalArgumentException(
                        "microgpt.quotas.key.training-share must be above 0 and at most 1, but is "
                                + trainingShare);
            }
        }
    }

    /// The quotas of each share: of all who have its link together. What they compute counts as the time of the
    /// session's owner.
    ///
    /// @param requestsPerMinute rate limit of calls and messages on live connections together
    /// @param connections maximum number of live connections
    /// @param concurrentCalls maximum number of calls at a time, on each node of a cluster
    public record PerShare(
            @DefaultValue("6000") int requestsPerMinute,
            @DefaultValue("100") int connections,
            @DefaultValue("32") int concurrentCalls) {

        public PerShare {
            requirePositive("share.requests-per-minute", requestsPerMinute);
            requirePositive("share.connections", connections);
            requirePositive("share.concurrent-calls", concurrentCalls);
        }
    }

    /// The quotas of all callers together. The maximum numbers of sessions and of connections are under
    /// `microgpt.limits`.
    ///
    /// @param parameters maximum number of parameters of all sessions together
    /// @param requestsPerMinute rate limit of calls and messages on live connections together
    public record All(
            @DefaultValue("1000000000") long parameters,
            @DefaultValue("600000") int requestsPerMinute) {

        public All {
            requirePositive("all.parameters", parameters);
            requirePositive("all.requests-per-minute", requestsPerMinute);
        }
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "microgpt.quotas.%s must be at least 1, but is %d".formatted(name, value));
        }
    }
}
