package dev.microgpt.store;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;

import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import java.sql.SQLException;
import java.util.Set;

import javax.sql.DataSource;

/// Transactions of PostgreSQL, each of which checks the [Ownership] of what it writes.
///
/// If the connection is lost during a commit, nobody tells whether it took place. PostgreSQL can be asked later by
/// the id of the transaction.
final class PostgresTransactions implements Transactions {

    /// The SQLSTATE of a lock that is not available yet.
    private static final String IN_PROGRESS = "55P03";

    /// The key of the advisory lock for quotas.
    private static final long QUOTAS = 0x71756f746173L; // "quotas"

    private final TransactionTemplate template;
    private final JdbcClient jdbc;
    private final Ownership ownership;

    /// The id of the last transaction; null if it has none, as it has not begun.
    private @Nullable String id;

    PostgresTransactions(DataSource source, Ownership ownership) {
        // JdbcTransactionManager would roll back after a failed commit, and report the failure of
        // that instead.
        template = new TransactionTemplate(new DataSourceTransactionManager(source));
        jdbc = JdbcClient.create(source);
        this.ownership = ownership;
    }

    @Override
    public void run(Set<Holding> sessions, Runnable action) {
        id = null;
        template.executeWithoutResult(
                _ -> {
                    id = jdbc.sql("SELECT pg_current_xact_id()").query(String.class).single();
                    ownership.require(sessions);
                    action.run();
                });
    }

    @Override
    public boolean wasCommitted() {
        String status =
                jdbc.sql("SELECT pg_xact_status(CAST(? AS xid8))")
                        .param(id)
                        .query((row, _) -> String.valueOf(row.getString(1)))
                        .single();
        if (id == null) {
            return false; // nothing was sent
        }
        return switch (status) {
            case "committed" -> true;
            case "aborted" -> false;
            case "in progress" ->
                    throw new CannotAcquireLockException(
                            "transaction %s is in progress".formatted(id),
                            new SQLException("it is in progress", IN_PROGRESS));
            default -> throw new IllegalStateException("transaction %s: %s".formatted(id, status));
        };
    }

    @Override
    public void requireExclusive() {
        ownership.requireExclusive();
    }

    @Override
    public void lockQuotas() {
        jdbc.sql("SELECT pg_advisory_xact_lock(?)").param(QUOTAS).query().singleRow();
    }

    @Override
    public void lock(SessionId id) {
        ownership.lock(id);
    }
}
