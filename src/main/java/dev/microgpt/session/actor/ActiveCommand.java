package dev.microgpt.session.actor;

import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

/// A command that is being executed, slice by slice.
interface ActiveCommand<R> {

    /// Continues until the command is done or the deadline has passed, whichever comes first.
    ///
    /// @return the result; null if another slice is needed
    @Nullable Result<R> slice(ActiveSession session, Deadline deadline) throws Exception;

    /// Returns the error of a command that is interrupted.
    default SessionException interrupted(Interruption interruption) {
        return interruption.notMade();
    }
}
