package dev.microgpt.session.persistence;

/// The state of a session. The names, in lower case, are part of the public API.
public enum SessionState {
    /// The session has options, but no documents.
    CREATED,
    /// The session has parameters and is not training.
    READY,
    /// The session is training.
    TRAINING,
    /// The session's run is paused.
    PAUSED,
    /// A training step failed, for example because its numbers were not finite.
    FAILED
}
