package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.util.Set;

/// Tells what went wrong in the database.
final class StoreErrors {

    /// With these, room or access may come back.
    private static final Set<SQLiteErrorCode> PASSING =
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

    static SessionException explain(Throwable failure) {
        Throwable first = beforeRollback(failure);
        SQLiteErrorCode code = passing(first);
        if (code != null) {
            return new SessionException(
                    ErrorCode.STORAGE_FULL,
                    (code == SQLiteErrorCode.SQLITE_FULL
                                    ? "changes cannot be kept, as the disk of microgpt.data-dir is full or"
                                            + " the database has reached microgpt.store.max-size (%s)"
                                    : "changes cannot be kept, as the disk of microgpt.data-dir is full or"
                                            + " not writable (%s)")
                            .formatted(code));
        }
        return new SessionException(
                ErrorCode.INTERNAL, "the change could not be kept: " + first.getMessage());
    }

    /// Whether the same could be written if there were more room, or access again.
    static boolean isForWantOfRoom(Throwable failure) {
        return passing(beforeRollback(failure)) != null;
    }

    private static @Nullable SQLiteErrorCode passing(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException sqlite
                    && PASSING.contains(sqlite.getResultCode())) {
                return sqlite.getResultCode();
            }
        }
        return null;
    }

    /// Where SQLite has rolled back by itself, Spring cannot, and tells of that.
    private static Throwable beforeRollback(Throwable failure) {
        if (failure instanceof TransactionSystemException e) {
            Throwable original = e.getOriginalException();
            return original == null ? e : original;
        }
        return failure;
    }
}
