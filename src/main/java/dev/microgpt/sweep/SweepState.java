package dev.microgpt.sweep;

/// The states of a sweep. The names, in lower case, are part of the public API.
public enum SweepState {
    /// Trials run or wait.
    RUNNING,
    /// The runs of its trials are paused, and no trial begins.
    PAUSED,
    /// Each trial has ended, in one way or another.
    COMPLETED,
    /// It was cancelled, with the trials that had not ended.
    CANCELLED;

    /// Returns whether the state is final.
    public boolean isEnd() {
        return this == COMPLETED || this == CANCELLED;
    }
}
