package dev.microgpt.server;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.time.Duration;

/// Limits for clients that send slowly, under `microgpt.senders`.
///
/// @param headerTime maximum time for all headers of a request, from their first byte, 1 ms to 1 h
/// @param pause maximum time without a byte, 1 ms to 1 h; also how long the rest of a body is read after the
///     response
/// @param bytesPerSecond minimum average rate of a body, at least 1, checked once the body has taken longer
///     than a pause may
@ConfigurationProperties("microgpt.senders")
record SlowClientSettings(
        @DefaultValue("10s") Duration headerTime,
        @DefaultValue("10s") Duration pause,
        @DefaultValue("1024") int bytesPerSecond) {

    SlowClientSettings {
        requireTime("header-time", headerTime);
        requireTime("pause", pause);
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException(
                    "microgpt.senders.bytes-per-second must be at least 1, but is "
                            + bytesPerSecond);
        }
    }

    private static void requireTime(String name, Duration time) {
        if (time.toMillis() < 1 || time.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "microgpt.senders.%s must be between 1ms and 1h, but is %s"
                            .formatted(name, time));
        }
    }
}
