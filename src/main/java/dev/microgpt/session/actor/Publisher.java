package dev.microgpt.session.actor;

import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionSize;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/// Publishes the state of a session to other threads and notifies its listeners. Counts the calls that use the
/// session, and the memory that it takes. Thread-safe; only the actor publishes.
public final class Publisher {

    private final Set<SessionListener> listeners = ConcurrentHashMap.newKeySet();
    private final Memory.Share memory;
    private volatile PublishedState state;
    private volatile long size;
    private volatile boolean inMemory;
    private volatile long usedAt;
    private final AtomicLong trainingNanos = new AtomicLong();
    private int calls; // that use the session

    /// @param memory the session's share of the memory budget
    Publisher(PublishedState first, Memory.Share memory) {
        state = first;
        this.memory = memory;
    }

    /// Returns the session's state after its latest slice.
    public PublishedState state() {
        return state;
    }

    /// Returns the memory that the session takes, estimated, or that is reserved for its rehydration; 0 while it
    /// is evicted.
    public long bytes() {
        return memory.bytes();
    }

    /// Returns the estimated memory of the session when it was last in memory; 0 if it never was.
    public long size() {
        return size;
    }

    // ---- use by calls

    /// Begins a call that uses the session: it is not evicted until [#release()]. If it is not in memory, first
    /// reserves the memory for its rehydration, and waits for it in a shortage. Not for compute threads.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException `too_large` if it exceeds the whole budget
    /// @throws dev.microgpt.session.admission.SessionException `no_memory` if it does not fit now
    public void acquire() {
        if (!acquireIf(() -> inMemory)) {
            acquire(rehydratedBytes());
        }
    }

    /// Estimates the memory of the session once it is rehydrated. Its keyframes may have grown beyond the
    /// budget, which is no reason to reject it.
    private long rehydratedBytes() {
        SessionView view = state.view();
        Integer vocabSize = view.vocabSize();
        return vocabSize == null
                ? 0
                : Math.max(
                        Math.min(size, memory.budget()),
                        SessionSize.ofStored(view.options(), vocabSize));
    }

    /// @param bytes the memory to reserve
    void acquire(long bytes) {
        memory.require(
                () -> acquireIf(() -> inMemory || memory.tryRaise(bytes)), bytes, "the session");
    }

    /// A call counts only once it has its memory. If it counted while it waits, two sessions could not be evicted
    /// because of calls that wait for each other.
    private synchronized boolean acquireIf(BooleanSupplier hasMemory) {
        boolean isAcquired = hasMemory.getAsBoolean();
        calls += isAcquired ? 1 : 0;
        return isAcquired;
    }

    /// Ends a call that uses the session.
    public synchronized void release() {
        calls--;
        if (calls == 0 && !inMemory) {
            memory.set(0);
        }
    }

    /// Notes that the session is being used.
    void touch(long now) {
        usedAt = now;
    }

    /// Returns when the session was last used, in the time of the ticker.
    public long usedAt() {
        return usedAt;
    }

    /// Returns whether the session has not been used since a time, no call uses it, and it has no listener.
    synchronized boolean isUnusedSince(long time) {
        return usedAt - time <= 0 && calls == 0 && !hasListeners();
    }

    /// Adds time that the session has trained.
    void addTrainingTime(long nanos) {
        trainingNanos.addAndGet(nanos);
    }

    /// Returns how long the session has trained in this process, in nanoseconds.
    public long trainingNanos() {
        return trainingNanos.get();
    }

    /// How a session uses its memory.
    public enum Use {
        /// It takes no memory.
        NONE,
        /// It can be evicted.
        IDLE,
        /// It may be idle when the calls that use it have ended.
        CALL,
        /// It is being trained or watched, which may last.
        LASTING
    }

    /// Returns how the session uses its memory.
    public synchronized Use use() {
        if (bytes() == 0) {
            return Use.NONE;
        }
        boolean hasRun = state.runs().stream().anyMatch(run -> run.state().isActive());
        if (hasRun || hasListeners()) {
            return Use.LASTING;
        }
        if (calls > 0) {
            return Use.CALL;
        }
        return state.view().state() == SessionState.TRAINING ? Use.LASTING : Use.IDLE;
    }

    // ---- publish

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
        synchronized (this) {
            state = newState;
            size = sessionBytes;
            inMemory = true;
            memory.set(sessionBytes);
        }
        notifyListeners();
    }

    /// Publishes the state of a session that was evicted. Its memory stays reserved for a call that has begun
    /// meanwhile.
    void publishEvicted(PublishedState newState) {
        synchronized (this) {
            state = newState;
            inMemory = false;
            if (calls == 0) {
                memory.set(0);
            }
        }
        notifyListeners();
    }

    /// Publishes why the session is no longer in this process, and releases its memory.
    void publishEnd(PublishedState.End end) {
        synchronized (this) {
            state = state.ended(end);
            inMemory = false;
            memory.close();
        }
        notifyListeners();
    }

    private void notifyListeners() {
        listeners.forEach(SessionListener::changed);
    }
}
