package dev.microgpt.session.actor;

import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Publishes the state of a session to other threads and notifies its listeners. Thread-safe; only the
/// actor publishes.
public final class Publisher {

    private final Set<SessionListener> listeners = ConcurrentHashMap.newKeySet();
    private final Memory.Share memory;
    private volatile PublishedState state;
    private volatile long bytes;
    private volatile boolean inMemory;

    /// @param memory the session's share of the memory budget
    Publisher(PublishedState first, Memory.Share memory) {
        state = first;
        this.memory = memory;
    }

    /// Returns the session's state after its latest slice.
    public PublishedState state() {
        return state;
    }

    /// Returns the estimated memory of the session; 0 while it is evicted.
    public long bytes() {
        return bytes;
    }

    public boolean isInMemory() {
        return inMemory;
    }

    /// Adds a listener, which is called after each slice that changed something until it is removed.
    public void addListener(SessionListener listener) {
        listeners.add(listener);
    }

    public void removeListener(SessionListener listener) {
        listeners.remove(listener);
    }

    boolean hasListeners() {
        return !listeners.isEmpty();
    }

    /// Returns whether a listener wants traces and they are within the limit.
    boolean wantsTraces(Limits limits) {
        for (SessionListener listener : listeners) {
            if (listener.wantsTraces()) {
                return state.maxTraceSizePerStep() <= limits.traceValues();
            }
        }
        return false;
    }

    /// Publishes the state of a session in memory.
    ///
    /// @param sessionBytes estimated memory of the session
    void publish(PublishedState newState, long sessionBytes) {
        state = newState;
        inMemory = true;
        setBytes(sessionBytes);
        notifyListeners();
    }

    /// Publishes the state of a session that was evicted.
    void publishEvicted(PublishedState newState) {
        state = newState;
        inMemory = false;
        setBytes(0);
        notifyListeners();
    }

    /// Publishes that the session was deleted, and releases its memory.
    void publishDeleted() {
        state = state.afterDelete();
        inMemory = false;
        setBytes(0);
        memory.close();
        notifyListeners();
    }

    private void setBytes(long sessionBytes) {
        bytes = sessionBytes;
        memory.set(sessionBytes);
    }

    private void notifyListeners() {
        listeners.forEach(SessionListener::changed);
    }
}
