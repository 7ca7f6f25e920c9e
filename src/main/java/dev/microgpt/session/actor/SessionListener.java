package dev.microgpt.session.actor;

/// Somebody who watches a session.
public interface SessionListener {

    /// Something changed: steps were made, or the session was started anew or deleted. Called on a
    /// compute thread, so it must not block.
    void changed();

    /// Whether [PublishedState#newest()] should carry traces.
    boolean wantsTraces();
}
