package dev.microgpt.share;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Limits on shares, under `microgpt.limits`. All are maximum values.
///
/// @param shares number of shares of a session
/// @param shareDays for how many days a share may be valid
@ConfigurationProperties("microgpt.limits")
public record ShareLimits(@DefaultValue("20") int shares, @DefaultValue("365") int shareDays) {

    public ShareLimits {
        requirePositive("shares", shares);
        requirePositive("share-days", shareDays);
    }

    private static void requirePositive(String name, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "microgpt.limits." + name + " must be at least 1, but is " + limit);
        }
    }
}
