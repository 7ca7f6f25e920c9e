package dev.microgpt.session.actor;

/// A listener that watches a session.
public interface SessionListener {

    /// Called when the published state has changed: steps were made, or the session was replaced, evicted or
    /// deleted. Called on a compute thread or the store's thread, so it must not block.
    void changed();

    /// Returns whether [PublishedState#lastObserved()] should carry traces.
    boolean wantsTraces();
}
