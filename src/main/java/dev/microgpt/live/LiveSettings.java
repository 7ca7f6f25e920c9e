package dev.microgpt.live;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.time.Duration;

/// Timeouts of the live stream, under `microgpt.live`.
///
/// @param pingInterval how often a client is pinged
/// @param silence the time without a message or pong after which a client is disconnected
/// @param sendTimeout the time that a client may take to read a message
@ConfigurationProperties("microgpt.live")
record LiveSettings(
        @DefaultValue("15s") Duration pingInterval,
        @DefaultValue("60s") Duration silence,
        @DefaultValue("20s") Duration sendTimeout) {

    LiveSettings {
        requireMillis("ping-interval", pingInterval);
        requireMillis("silence", silence);
        requireMillis("send-timeout", sendTimeout);
        if (silence.compareTo(pingInterval) <= 0) {
            throw new IllegalArgumentException(
                    "microgpt.live.silence must be longer than ping-interval (%s), but is %s"
                            .formatted(pingInterval, silence));
        }
    }

    private static void requireMillis(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "microgpt.live.%s must be between 1ms and 1d, but is %s"
                            .formatted(name, value));
        }
    }
}
