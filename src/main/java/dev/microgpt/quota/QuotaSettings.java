package dev.microgpt.quota;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How much there is for each key, and for all callers together, under `microgpt.quotas`. Where no keys
/// are asked for, the quotas of all hold alone.
///
/// @param key for each key
/// @param all for all callers together
@ConfigurationProperties("microgpt.quotas")
public record QuotaSettings(@DefaultValue PerKey key, @DefaultValue All all) {

    /// @param sessions at a time
    /// @param parameters of all its sessions together
    /// @param trainingShare the part of the compute threads' time that its training may take, above 0
    ///     and up to 1. Where several want to train, they have equal parts anyway
    /// @param requestsPerMinute calls, and messages on live connections
    /// @param connections live ones at a time
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

    /// The number of sessions and of connections of all are under `microgpt.limits`.
    ///
    /// @param parameters of all sessions together
    /// @param requestsPerMinute calls, and messages on live connections
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
