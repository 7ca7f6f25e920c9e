package dev.microgpt.session.compute;

import org.jspecify.annotations.Nullable;

/// A piece of work with a result, done slice by slice.
public interface SlicedTask<T> {

    /// Continues until done or until the deadline has passed, whichever is first.
    ///
    /// @param deadline in the time of the [Ticker]
    /// @return the result, or null if there is more to do
    @Nullable T slice(long deadline) throws Exception;
}
