package dev.microgpt.sweep;

/// The states of a trial. The names, in lower case, are part of the public API.
public enum TrialState {
    /// It has no session yet.
    WAITING,
    /// Its session trains, or waits for its turn.
    RUNNING,
    /// The run of its session is paused.
    PAUSED,
    /// Its run has ended as planned.
    COMPLETED,
    /// Its session could not be created, or a step could not be made.
    FAILED,
    /// Its run was cancelled, or the sweep before it began.
    CANCELLED,
    /// Its session was deleted or replaced by someone.
    DELETED;

    /// Returns whether the state is final.
    public boolean isEnd() {
        return switch (this) {
            case WAITING, RUNNING, PAUSED -> false;
            case COMPLETED, FAILED, CANCELLED, DELETED -> true;
        };
    }
}
