package dev.microgpt.share;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.admission.SharedSession;

import java.time.Instant;

/// A share of a session, without its secret.
///
/// @param id identifies the share in lists and when it is withdrawn; not secret
/// @param session what it shows
/// @param epoch the epoch of the session that it shows
/// @param label what the owner calls it; may be empty
/// @param expiresAt from when on it is not valid
public record Share(
        String id,
        SessionId session,
        long epoch,
        String label,
        Instant createdAt,
        Instant expiresAt) {

    /// Returns what a caller with the share may read.
    public SharedSession shared() {
        return new SharedSession(session.owner(), session.name(), epoch, id);
    }

    boolean isExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }
}
