package dev.microgpt.live;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.microgpt.session.Session;

import org.springframework.stereotype.Component;

import tools.jackson.databind.json.JsonMapper;

/// Finds the [Broadcast] of a session, which lives as long as a watcher refers to it.
@Component
final class Broadcasts {

    private final JsonMapper json;
    private final LiveMetrics metrics;
    private final FrameRate frameRate;

    /// Bounded by the watchers, as nothing is kept that nobody else refers to.
    private final Cache<Session, Broadcast> broadcasts =
            Caffeine.newBuilder().weakKeys().weakValues().executor(Runnable::run).build();

    Broadcasts(JsonMapper json, LiveMetrics metrics, FrameRate frameRate) {
        this.json = json;
        this.metrics = metrics;
        this.frameRate = frameRate;
    }

    Broadcast of(Session session) {
        return broadcasts.get(session, _ -> new Broadcast(session, json, metrics, frameRate));
    }
}
