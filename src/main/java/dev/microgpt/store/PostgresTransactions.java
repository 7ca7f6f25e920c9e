package dev.microgpt.store;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;

import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import java.sql.SQLException;
import java.util.Set;
import java.util.UUID;

import javax.sql.DataSource;

/// Transactions of PostgreSQL, each of which checks the [Ownership] of what it writes.
///
/// If the connection is lost during a commit, its outcome is unknown. So each transaction records its number, for which the
/// database can be asked later, and holds a lock until its end.
final class PostgresTransactions implements Transactions {

    /// The SQLSTATE of a lock that is not available yet.
    private static final String IN_PROGRESS = "55P03";

    /// The key of the advisory lock for quotas.
    private static final long QUOTAS = 0x71756f746173L; // "quotas"

    private final TransactionTemplate template;
    private final JdbcClient jdbc;
    private final Ownership ownership;
    private final UUID writer = UUID.randomUUID();

    /// The number of the last transaction, counted from 1; 0 before the first.
    private long number;

    private boolean hasRemovedOldWriters;

    PostgresTransactions(DataSource source, Ownership ownership) {
        // JdbcTransactionManager would roll back after a failed commit, and report the failure of
        // that instead.
        template = new TransactionTemplate(new DataSourceTransactionManager(source));
        jdbc = JdbcClient.create(source);
        this.ownership = ownership;
    }

    @Override
    public void run(Set<Holding> sessions, Runnable action) {
        number++;
        template.executeWithoutResult(
                _ -> {
                    recordNumber();
                    ownership.require(sessions);
                    action.run();
                });
        hasRemovedOldWriters = true;
    }

    /// Takes the lock of this process and records the number of the transaction. The first one removes the numbers of
    /// processes that have not written for long.
    private void recordNumber() {
        jdbc.sql(
                        """
                        INSERT INTO last_commit (writer, number, at)
                        SELECT ?, ?, now() FROM pg_advisory_xact_lock(?)
                        ON CONFLICT (writer) DO UPDATE SET number = EXCLUDED.number, at = EXCLUDED.at""")
                .params(writer.toString(), number, lockKey())
                .update();
        if (!hasRemovedOldWriters) {
            jdbc.sql("DELETE FROM last_commit WHERE at < now() - INTERVAL '30 days'").update();
        }
    }

    private long lockKey() {
        return writer.getLeastSignificantBits();
    }

    @Override
    public boolean wasCommitted() {
        boolean hasEnded =
                jdbc.sql("SELECT pg_try_advisory_xact_lock(?)")
                        .param(lockKey())
                        .query(Boolean.class)
                        .single();
        if (!hasEnded) {
            throw new CannotAcquireLockException(
                    "transaction %d is in progress".formatted(number),
                    new SQLException("it is in progress", IN_PROGRESS));
        }
        return number > 0
                && jdbc.sql("SELECT COUNT(*) FROM last_commit WHERE writer = ? AND number = ?")
                                .params(writer.toString(), number)
                                .query(Long.class)
                                .single()
                        == 1;
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
