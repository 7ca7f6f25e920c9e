package dev.microgpt.session.actor;

import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Shows a session to those outside, as it is between two slices of work, and tells those who watch.
public final class Publisher {

    private final Set<SessionListener> listeners = ConcurrentHashMap.newKeySet();
    private final Memory.Share memory;
    private volatile PublishedState snapshot;
    private volatile long bytes;
    private volatile boolean inMemory;

    /// @param memory that the session takes
    Publisher(PublishedState first, Memory.Share memory) {
        snapshot = first;
        this.memory = memory;
    }

    /// The session as it was after the latest slice of work.
    public PublishedState snapshot() {
        return snapshot;
    }

    /// The memory that the session takes, about: 0 while it is put away.
    public long bytes() {
        return bytes;
    }

    public boolean isInMemory() {
        return inMemory;
    }

    /// Calls a listener after each slice of work that changed something, until it is removed.
    public void addListener(SessionListener listener) {
        listeners.add(listener);
    }

    public void removeListener(SessionListener listener) {
        listeners.remove(listener);
    }

    boolean hasListeners() {
        return !listeners.isEmpty();
    }

    /// Whether somebody wants to look at steps, and may.
    boolean isWatched(Limits limits) {
        for (SessionListener listener : listeners) {
            if (listener.wantsTraces()) {
                return snapshot.tracesPerStep() <= limits.traceValues();
            }
        }
        return false;
    }

    /// @param taken the memory that the session takes
    void publish(PublishedState now, long taken) {
        snapshot = now;
        inMemory = true;
        take(taken);
        tell();
    }

    /// The session has left the memory.
    void publishAway(PublishedState now) {
        snapshot = now;
        inMemory = false;
        take(0);
        tell();
    }

    /// The session is gone.
    void end() {
        snapshot = snapshot.afterDelete();
        inMemory = false;
        take(0);
        memory.close();
        tell();
    }

    private void take(long taken) {
        bytes = taken;
        memory.set(taken);
    }

    private void tell() {
        listeners.forEach(SessionListener::changed);
    }
}
