package dev.microgpt.session.compute;

import org.jspecify.annotations.Nullable;

/// A task with a result that is computed slice by slice.
public interface SlicedTask<T> {

    /// Continues until the task is done or the deadline has passed, whichever comes first.
    ///
    /// @param deadline in the time of the [Ticker]
    /// @return the result; null if another slice is needed
    @Nullable T slice(long deadline) throws Exception;
}
