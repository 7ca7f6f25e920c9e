package dev.microgpt.session.persistence;

/// What a session is doing. The names, in lower case, are part of the interface.
public enum SessionState {
    /// It has options, but no documents.
    CREATED,
    /// It has documents and parameters, and waits for calls.
    READY,
    /// Steps are being made.
    TRAINING,
    /// A run is paused.
    PAUSED,
    /// Its numbers are not finite any more.
    FAILED
}
