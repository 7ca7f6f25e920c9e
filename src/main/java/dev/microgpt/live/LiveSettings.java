package dev.microgpt.live;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.time.Duration;

/// Timeouts and the frame rate of the live stream, under `microgpt.live`.
///
/// @param pingInterval how often a client is pinged
/// @param silence the time without a message or pong after which a client is disconnected
/// @param sendTimeout the time that a client may take to read a message
/// @param framesPerSecond the frames that all watchers receive together, at most; null for 500 per processor
@ConfigurationProperties("microgpt.live")
record LiveSettings(
        @DefaultValue("15s") Duration pingInterval,
        @DefaultValue("60s") Duration silence,
        @DefaultValue("20s") Duration sendTimeout,
        @Nullable Integer framesPerSecond) {

    private static final int FRAMES_PER_PROCESSOR = 500;
    private static final int MAX_FRAMES = 1_000_000;

    LiveSettings {
        requireMillis("ping-interval", pingInterval);
        requireMillis("silence", silence);
        requireMillis("send-timeout", sendTimeout);
        if (silence.compareTo(pingInterval) <= 0) {
            throw new IllegalArgumentException(
                    "microgpt.live.silence must be longer than ping-interval (%s), but is %s"
                            .formatted(pingInterval, silence));
        }
        if (framesPerSecond != null && (framesPerSecond < 1 || framesPerSecond > MAX_FRAMES)) {
            throw new IllegalArgumentException(
                    "microgpt.live.frames-per-second must be between 1 and %d, but is %d"
                            .formatted(MAX_FRAMES, framesPerSecond));
        }
    }

    /// Returns the frames per second that all watchers receive together, at most.
    int maxFramesPerSecond() {
        return framesPerSecond == null
                ? FRAMES_PER_PROCESSOR * Runtime.getRuntime().availableProcessors()
                : framesPerSecond;
    }

    private static void requireMillis(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "microgpt.live.%s must be between 1ms and 1d, but is %s"
                            .formatted(name, value));
        }
    }
}
