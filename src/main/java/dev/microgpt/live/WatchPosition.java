package dev.microgpt.live;

/// How far a watcher is in the history of a session.
///
/// @param epoch of the session's history: steps count from 1 again in another one
/// @param step the last step that the watcher has received; 0 for none
public record WatchPosition(long epoch, long step) {

    /// In place of the epoch, if it is not known.
    public static final long UNKNOWN_EPOCH = -1;
}
