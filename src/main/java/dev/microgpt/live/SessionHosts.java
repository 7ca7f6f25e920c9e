package dev.microgpt.live;

import dev.microgpt.session.admission.SessionId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Finds the process that has a session.
public interface SessionHosts {

    /// Returns the host of a session, or where it would be created; null while no process owns it. Does not block.
    @Nullable SessionHost of(SessionId id);

    /// Returns how long a message waits for a host.
    Duration patience();
}
