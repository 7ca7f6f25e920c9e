package dev.microgpt.session.query;

import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

/// A question to a session, answered slice by slice between those of its training. It changes nothing.
public interface Query<R> {

    /// @return the answer, or null if there is more to do
    @Nullable R slice(ModelSource models, Deadline deadline);
}
