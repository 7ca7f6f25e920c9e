package dev.microgpt.session.actor;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

/// Why a session's commands are interrupted.
enum Interruption {
    /// The service is shutting down.
    SHUTDOWN,
    /// The session was stored as it is, and moves to another node.
    MOVE,
    /// The session belongs to another node already, so that nothing more of this one is stored.
    LOSS;

    /// Returns the error of a command of which nothing is stored.
    SessionException notMade() {
        return this == SHUTDOWN ? SessionException.shuttingDown() : SessionException.moving();
    }

    /// Returns the error of a command that was made in part. If that part is stored, the caller must not take the error
    /// for a refusal.
    ///
    /// @param part what was made
    SessionException madeInPart(String part) {
        return switch (this) {
            case SHUTDOWN -> stored("the service was shut down after " + part);
            case MOVE -> stored("the session was moved to another node after " + part);
            case LOSS -> notMade();
        };
    }

    private static SessionException stored(String reason) {
        return new SessionException(
                ErrorCode.WRONG_STATE, reason + " of this call; the session keeps them");
    }
}
