package dev.microgpt.session;

/// What a run is doing. The names, in lower case, are part of the interface.
public enum RunState {
    /// It waits for its first turn, or for its next one after a pause.
    QUEUED,
    RUNNING,
    /// It ends the slice that it is at, then pauses.
    PAUSING,
    PAUSED,
    /// It ends the slice that it is at, then is cancelled.
    CANCELLING,
    CANCELLED,
    /// It made all its steps, or what it was to stop at came about.
    SUCCEEDED,
    FAILED;

    /// Whether it will never make another step.
    public boolean isEnd() {
        return this == CANCELLED || this == SUCCEEDED || this == FAILED;
    }
}
