package dev.microgpt.sweep;

import dev.microgpt.session.Session;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.actor.SessionListener;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Watches the sessions of running trials, to tell when a run has ended. Thread-safe.
final class TrialWatches {

    private final Runnable onEnd;

    /// One for each running trial, by the epoch of its session.
    private final Map<Long, Watch> watches = new ConcurrentHashMap<>();

    /// @param onEnd called when a run has ended or a session is gone; must not block
    TrialWatches(Runnable onEnd) {
        this.onEnd = onEnd;
    }

    private record Watch(Session session, Runnable onEnd) implements SessionListener {

        @Override
        public void changed() {
            PublishedState now = session.published();
            boolean isTraining =
                    now.end() == null && now.runs().stream().anyMatch(run -> !run.state().isEnd());
            if (!isTraining) {
                onEnd.run();
            }
        }

        @Override
        public boolean wantsTraces() {
            return false;
        }
    }

    /// Watches the session that is in an epoch.
    void add(long epoch, Session session) {
        Watch known = watches.get(epoch);
        if (known != null && known.session.equals(session)) {
            return;
        }
        remove(epoch);
        Watch watch = new Watch(session, onEnd);
        watches.put(epoch, watch);
        session.addListener(watch);
        watch.changed(); // it may have ended before
    }

    /// Stops watching the session that is, or was, in an epoch.
    void remove(long epoch) {
        Watch watch = watches.remove(epoch);
        if (watch != null) {
            watch.session.removeListener(watch);
        }
    }
}
