package dev.microgpt.session.query;

import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

/// A read-only query of a session, computed slice by slice between the slices of training.
public interface Query<R> {

    /// Continues until the query is done or the deadline has passed, whichever comes first.
    ///
    /// @return the result; null if another slice is needed
    @Nullable R slice(ModelSource models, Deadline deadline);
}
