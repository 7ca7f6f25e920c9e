package dev.microgpt.session.actor;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

/// A command that is being carried out.
interface ActiveCommand<R> {

    /// Continues until done or until the deadline has passed, whichever is first.
    ///
    /// @return null if there is more to do
    @Nullable Result<R> slice(ActiveSession session, Deadline deadline) throws Exception;

    /// Returns the error of a command that the shutdown of the service interrupts.
    default SessionException interrupted() {
        return new SessionException(ErrorCode.BUSY, "the service is shutting down");
    }
}
