package dev.microgpt.session.history;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/// The memory budget for keyframes, shared evenly by all sessions in memory: the more sessions, the fewer
/// keyframes each of them keeps. Thread-safe.
public final class KeyframeBudget {

    private final long bytes;
    private final Set<Keyframes> sharers = Collections.newSetFromMap(new IdentityHashMap<>());

    public KeyframeBudget(long bytes) {
        this.bytes = bytes;
    }

    public synchronized void join(Keyframes keyframes) {
        sharers.add(keyframes);
        share();
    }

    public synchronized void leave(Keyframes keyframes) {
        sharers.remove(keyframes);
        keyframes.clear();
        share();
    }

    private void share() {
        long part = bytes / Math.max(1, sharers.size());
        sharers.forEach(sharer -> sharer.limit(part));
    }
}
