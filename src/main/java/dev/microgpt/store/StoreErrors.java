package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.util.Set;

/// Classifies errors of the database.
final class StoreErrors {

    /// Errors of a disk that is full or not accessible, after which a later write may succeed.
    private static final Set<SQLiteErrorCode> RECOVERABLE =
            Set.of(
                    SQLiteErrorCode.SQLITE_FULL,
                    SQLiteErrorCode.SQLITE_IOERR,
                    SQLiteErrorCode.SQLITE_IOERR_WRITE,
                    SQLiteErrorCode.SQLITE_IOERR_FSYNC,
                    SQLiteErrorCode.SQLITE_IOERR_TRUNCATE,
                    SQLiteErrorCode.SQLITE_IOERR_SHMSIZE,
                    SQLiteErrorCode.SQLITE_IOERR_SHMOPEN,
                    SQLiteErrorCode.SQLITE_IOERR_SHMMAP,
                    SQLiteErrorCode.SQLITE_CANTOPEN,
                    SQLiteErrorCode.SQLITE_READONLY);

    private StoreErrors() {}

    /// Returns the exception to report to the caller whose write failed: `storage_full` if the error is
    /// recoverable, `internal` otherwise.
    static SessionException toSessionException(Throwable failure) {
        Throwable original = unwrapRollback(failure);
        SQLiteErrorCode code = recoverableCode(original);
        if (code != null) {
            return new SessionException(
                    ErrorCode.STORAGE_FULL,
                    (code == SQLiteErrorCode.SQLITE_FULL
                                    ? "changes cannot be stored because the disk of microgpt.data-dir is"
                                            + " full or the database has reached microgpt.store.max-size (%s)"
                                    : "changes cannot be stored because the disk of microgpt.data-dir is"
                                            + " full or not writable (%s)")
                            .formatted(code));
        }
        return new SessionException(
                ErrorCode.INTERNAL, "the change could not be stored: " + original.getMessage());
    }

    /// Returns whether the same write could succeed once the disk has free space or is accessible again.
    static boolean isRecoverable(Throwable failure) {
        return recoverableCode(unwrapRollback(failure)) != null;
    }

    private static @Nullable SQLiteErrorCode recoverableCode(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException sqlite
                    && RECOVERABLE.contains(sqlite.getResultCode())) {
                return sqlite.getResultCode();
            }
        }
        return null;
    }

    /// Returns the error behind a failed rollback: when SQLite has rolled back by itself, Spring's rollback
    /// fails and its exception hides the original one.
    private static Throwable unwrapRollback(Throwable failure) {
        if (failure instanceof TransactionSystemException e) {
            Throwable original = e.getOriginalException();
            return original == null ? e : original;
        }
        return failure;
    }
}
