package dev.microgpt.sweep;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Limits on sweeps, under `microgpt.limits`. All are maximum values.
///
/// @param sweeps number of sweeps of one owner
/// @param sweepSessions number of sessions of a sweep
@ConfigurationProperties("microgpt.limits")
public record SweepLimits(
        @DefaultValue("100") int sweeps, @DefaultValue("1000") int sweepSessions) {

    public SweepLimits {
        requirePositive("sweeps", sweeps);
        requirePositive("sweep-sessions", sweepSessions);
    }

    private static void requirePositive(String name, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "microgpt.limits." + name + " must be at least 1, but is " + limit);
        }
    }
}
