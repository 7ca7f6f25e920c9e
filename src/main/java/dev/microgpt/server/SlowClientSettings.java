package dev.microgpt.server;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.time.Duration;

/// How slowly clients may send, under `microgpt.senders`.
///
/// @param headerTime for the whole of the headers of a request, from their first byte on
/// @param pause without a single byte; also how long what follows a refusal is read
/// @param bytesPerSecond of a body, on average, once it has taken as long as a pause may
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
