package dev.microgpt.live;

import dev.microgpt.session.Session;

import org.springframework.stereotype.Component;

import tools.jackson.databind.json.JsonMapper;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/// Finds the [Broadcast] of a session, which lives as long as a watcher refers to it.
@Component
final class Broadcasts {

    private final JsonMapper json;
    private final LiveMetrics metrics;
    private final Map<Session, WeakReference<Broadcast>> broadcasts = new WeakHashMap<>();

    Broadcasts(JsonMapper json, LiveMetrics metrics) {
        this.json = json;
        this.metrics = metrics;
    }

    synchronized Broadcast of(Session session) {
        WeakReference<Broadcast> reference = broadcasts.get(session);
        Broadcast broadcast = reference == null ? null : reference.get();
        if (broadcast == null) {
            broadcast = new Broadcast(session, json, metrics);
            broadcasts.put(session, new WeakReference<>(broadcast));
        }
        return broadcast;
    }
}
