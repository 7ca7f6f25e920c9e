package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/// Classifies the errors of PostgreSQL, by their SQLSTATE: see appendix A of its manual.
final class PostgresErrors implements WriteErrors {

    private static final Set<String> TRANSIENT =
            Set.of(
                    "25006", // read only: the server has become a standby
                    "25P03", // the transaction was idle for too long
                    "25P04", // the transaction took too long
                    "40001", // serialization failure
                    "40P01", // deadlock
                    "53300", // too many connections
                    "55P03", // a lock was not available in time
                    "57014", // the statement took too long
                    "57P01", // the server shuts down
                    "57P02", // another server process has crashed
                    "57P03", // the server starts or stops
                    "57P05"); // the connection was idle for too long

    /// The class of connection exceptions.
    private static final String CONNECTION = "08";

    private static final String DISK_FULL = "53100";

    @Override
    public boolean isTransient(Throwable failure) {
        SQLException cause = sqlCause(failure);
        if (cause == null) {
            return false;
        }
        String state = cause.getSQLState();
        return cause instanceof SQLTransientConnectionException
                || (state != null && (state.startsWith(CONNECTION) || TRANSIENT.contains(state)));
    }

    @Override
    public boolean isFull(Throwable failure) {
        SQLException cause = sqlCause(failure);
        return cause != null && DISK_FULL.equals(cause.getSQLState());
    }

    @Override
    public SessionException toSessionException(Throwable failure) {
        Throwable original = WriteErrors.unwrapRollback(failure);
        if (original instanceof SessionException rejection) {
            return rejection;
        }
        if (isFull(original)) {
            return new SessionException(
                    ErrorCode.STORAGE_FULL,
                    "changes cannot be stored because the disk of the database is full (%s)"
                            .formatted(DISK_FULL));
        }
        return isTransient(original) ? unavailable() : WriteErrors.internal(original);
    }

    /// Returns the exception to report while the database cannot be reached.
    static SessionException unavailable() {
        return new SessionException(
                ErrorCode.STORE_UNAVAILABLE, "the database cannot be reached at present");
    }

    /// Returns the innermost SQL exception; null if there is none.
    private static @Nullable SQLException sqlCause(Throwable failure) {
        SQLException innermost = null;
        for (Throwable cause = WriteErrors.unwrapRollback(failure);
                cause != null;
                cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                innermost = sql;
            }
        }
        return innermost;
    }
}
