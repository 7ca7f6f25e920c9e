package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.support.SharesNothing;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.TransactionSystemException;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;

/// Tests what an error of PostgreSQL means for the write that failed.
@SharesNothing
final class PostgresErrorsTest {

    private final PostgresErrors errors = new PostgresErrors();

    private static RuntimeException failure(@Nullable String state) {
        return new DataAccessResourceFailureException("it failed", new SQLException("it", state));
    }

    @ParameterizedTest
    @CsvSource({
        "08006, true, false, STORE_UNAVAILABLE",
        "08001, true, false, STORE_UNAVAILABLE",
        "57P01, true, false, STORE_UNAVAILABLE",
        "40P01, true, false, STORE_UNAVAILABLE",
        "25006, true, false, STORE_UNAVAILABLE",
        "53100, false, true, STORAGE_FULL",
        "23505, false, false, INTERNAL",
        ", false, false, INTERNAL"
    })
    void theStateDecides(
            @Nullable String state, boolean isTransient, boolean isFull, ErrorCode code) {
        for (Throwable failure : List.of(failure(state), rollback(failure(state)))) {
            assertThat(errors.isTransient(failure)).isEqualTo(isTransient);
            assertThat(errors.isFull(failure)).isEqualTo(isFull);
            assertThat(errors.toSessionException(failure).code()).isEqualTo(code);
        }
    }

    /// Returns the exception of a rollback that failed as well.
    private static TransactionSystemException rollback(RuntimeException original) {
        TransactionSystemException failure =
                new TransactionSystemException("the rollback failed", new SQLException("closed"));
        failure.initApplicationException(original);
        return failure;
    }

    @Test
    void aPoolWithoutConnectionsIsTransient() {
        assertThat(
                        errors.isTransient(
                                new DataAccessResourceFailureException(
                                        "none", new SQLTransientConnectionException("timeout"))))
                .isTrue();
    }

    @Test
    void errorsOfOtherKindsAreNot() {
        assertThat(errors.isTransient(new IllegalStateException("no SQL"))).isFalse();
        assertThat(errors.isFull(new IllegalStateException("no SQL"))).isFalse();
        assertThat(errors.toSessionException(new TransactionSystemException("no cause")).code())
                .isEqualTo(ErrorCode.INTERNAL);
    }

    @Test
    void aRejectionStaysWhatItIs() {
        SessionException rejection =
                new SessionException(ErrorCode.STORE_UNAVAILABLE, "another process owns it");

        assertThat(errors.toSessionException(rejection)).isSameAs(rejection);
    }
}
