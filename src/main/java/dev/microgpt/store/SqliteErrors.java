package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.util.Set;

/// Classifies the errors of SQLite.
final class SqliteErrors implements WriteErrors {

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

    /// {@inheritDoc} The database is a file of this process, so there is no connection to lose.
    @Override
    public boolean isTransient(Throwable failure) {
        return false;
    }

    @Override
    public SessionException toSessionException(Throwable failure) {
        Throwable original = WriteErrors.unwrapRollback(failure);
        if (original instanceof SessionException rejection) {
            return rejection;
        }
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
        return WriteErrors.internal(original);
    }

    @Override
    public boolean isFull(Throwable failure) {
        return recoverableCode(WriteErrors.unwrapRollback(failure)) != null;
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
}
