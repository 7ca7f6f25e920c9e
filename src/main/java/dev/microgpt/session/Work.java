package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

/// Work on a session that is in memory, done bit by bit on its lane.
interface Work<T> {

    /// Goes on until done or until the deadline has passed, whichever is first.
    ///
    /// @param session the same in all slices, unless it was put away between two
    /// @param deadline in the time of `System.nanoTime()`
    /// @return the result, or null if there is more to do
    @Nullable T slice(ActiveSession session, long deadline) throws Exception;
}
