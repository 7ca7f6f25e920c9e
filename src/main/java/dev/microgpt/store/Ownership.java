package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;

import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;

/// The ownership of this process over all sessions of a PostgreSQL database, in the form of fencing tokens.
///
/// Sessions are divided into partitions. Claiming a partition raises its token in the database, and every
/// transaction that writes a session compares the token with the claimed one. It locks the token's row for that,
/// so a claim waits for transactions in progress, and transactions after the claim fail: a process that does not
/// know yet that it has been replaced cannot write. Thread-safe after [#claim()].
final class Ownership {

    /// Number of rows of the table.
    private static final int PARTITIONS = 271;

    private final JdbcClient jdbc;
    private final long[] tokens = new long[PARTITIONS];

    Ownership(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Returns the partition of a session. All processes must agree on it.
    static int partition(SessionId id) {
        return Math.floorMod((id.owner() + '/' + id.name()).hashCode(), PARTITIONS);
    }

    /// Claims all partitions. Locks them in the same order as [#require], so that neither waits for ever.
    void claim() {
        jdbc.sql(
                        """
                        WITH locked AS (SELECT partition FROM ownership ORDER BY partition FOR UPDATE)
                        UPDATE ownership SET token = token + 1 FROM locked
                        WHERE ownership.partition = locked.partition
                        RETURNING ownership.partition, token""")
                .query(
                        row -> {
                            tokens[row.getInt("partition")] = row.getLong("token");
                        });
    }

    /// Returns whether nobody else has claimed any partition so far.
    boolean isHeld() {
        return jdbc
                .sql("SELECT partition, token FROM ownership")
                .query((row, _) -> isCurrent(row))
                .list()
                .stream()
                .allMatch(isCurrent -> isCurrent);
    }

    private boolean isCurrent(ResultSet row) throws SQLException {
        return row.getLong("token") == tokens[row.getInt("partition")];
    }

    /// Checks, in a transaction, that nobody else has claimed the partitions of some sessions; until the
    /// transaction ends, nobody can.
    ///
    /// @throws SessionException `store_unavailable` if another process has claimed one
    void require(Set<SessionId> sessions) {
        if (!sessions.isEmpty()) {
            require(sessions.stream().mapToInt(Ownership::partition).distinct().sorted().toArray());
        }
    }

    /// Checks, in a transaction, that nobody else has claimed any partition.
    ///
    /// @throws SessionException `store_unavailable` if another process has claimed one
    void requireAll() {
        int[] all = new int[PARTITIONS];
        Arrays.setAll(all, partition -> partition);
        require(all);
    }

    private void require(int[] partitions) {
        jdbc.sql(
                        """
                        SELECT partition, token FROM ownership WHERE partition = ANY(?)
                        ORDER BY partition FOR SHARE""")
                .param(partitions)
                .query(
                        row -> {
                            if (!isCurrent(row)) {
                                throw new SessionException(
                                        ErrorCode.STORE_UNAVAILABLE,
                                        "another process has taken over the database, so that this one can"
                                                + " store no changes");
                            }
                        });
    }
}
