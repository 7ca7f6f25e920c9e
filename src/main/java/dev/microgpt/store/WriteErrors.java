package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.springframework.transaction.TransactionSystemException;

/// Classifies the errors of a database.
interface WriteErrors {

    /// Returns whether the database could not be reached, or the connection was lost, or the transaction
    /// conflicted with another one. Whether it was committed is unknown, and it may be repeated if it was not.
    boolean isTransient(Throwable failure);

    /// Returns whether the same write could succeed once the disk has free space or is accessible again.
    boolean isFull(Throwable failure);

    /// Returns the exception to report to the caller whose write failed: `storage_full` or
    /// `store_unavailable` if a later write may succeed, `internal` otherwise.
    SessionException toSessionException(Throwable failure);

    /// Returns the exception to report for an error after which a later write cannot be expected to succeed.
    static SessionException internal(Throwable failure) {
        return new SessionException(
                ErrorCode.INTERNAL, "the change could not be stored: " + failure.getMessage());
    }

    /// Returns the error behind a failed rollback. When the database has rolled back by itself, or the
    /// connection was lost, Spring's rollback fails and its exception hides the original one.
    static Throwable unwrapRollback(Throwable failure) {
        if (failure instanceof TransactionSystemException e) {
            Throwable original = e.getOriginalException();
            return original == null ? e : original;
        }
        return failure;
    }
}
