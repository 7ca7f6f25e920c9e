package dev.microgpt.store;

import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/// The table of responses to calls with an idempotency key. It holds the newest 10,000, for a day each.
///
/// A row with a step is a call that has started, and may have been interrupted. A row with an epoch but no
/// step is the response of a call to the session with that epoch.
final class IdempotencyTable {

    private static final long RETENTION_MILLIS = Duration.ofDays(1).toMillis();
    private static final int MAX_ROWS = 10_000;
    private static final int WRITES_PER_PURGE = 100;

    private final JdbcClient jdbc;
    private int writesSincePurge = WRITES_PER_PURGE; // confined to the writer's thread

    IdempotencyTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    IdempotencyStore.@Nullable Entry find(String key) {
        return jdbc.sql("SELECT * FROM answer WHERE key = ? AND created_at > ?")
                .params(key, System.currentTimeMillis() - RETENTION_MILLIS)
                .query((row, _) -> entry(row))
                .optional()
                .orElse(null);
    }

    private static IdempotencyStore.Entry entry(ResultSet row) throws SQLException {
        int status = row.getInt("status");
        return new IdempotencyStore.Entry(
                row.getString("key"),
                row.getString("call"),
                row.getString("request"),
                number(row, "epoch"),
                number(row, "step"),
                status == 0
                        ? null
                        : new Idempotency.Response(
                                status,
                                StoredJson.readStrings("the headers", row.getString("headers")),
                                row.getBytes("body")));
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    /// Records that a call has started.
    void putStart(Idempotency call, Idempotency.Start start) {
        put(
                new IdempotencyStore.Entry(
                        call.key(),
                        call.call(),
                        call.request(),
                        start.epoch(),
                        start.step(),
                        null));
    }

    /// Inserts an entry, replacing one with the same key.
    void put(IdempotencyStore.Entry entry) {
        purgeIfDue();
        Idempotency.Response response = entry.response();
        jdbc.sql("DELETE FROM answer WHERE key = ?").param(entry.key()).update();
        jdbc.sql(
                        """
                        INSERT INTO answer (key, call, request, epoch, step, status, headers, body,
                            created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(
                        Arrays.asList(
                                entry.key(),
                                entry.call(),
                                entry.request(),
                                entry.epoch(),
                                entry.step(),
                                response == null ? 0 : response.code(),
                                StoredJson.write(
                                        response == null ? Map.of() : response.attributes()),
                                response == null ? null : response.body(),
                                System.currentTimeMillis()))
                .update();
    }

    private void purgeIfDue() {
        if (++writesSincePurge < WRITES_PER_PURGE) {
            return;
        }
        writesSincePurge = 0;
        jdbc.sql("DELETE FROM answer WHERE created_at < ?")
                .param(System.currentTimeMillis() - RETENTION_MILLIS)
                .update();
        jdbc.sql(
                        """
                        DELETE FROM answer WHERE key IN
                            (SELECT key FROM answer ORDER BY created_at DESC LIMIT ? OFFSET ?)""")
                .params(Integer.MAX_VALUE, MAX_ROWS)
                .update();
    }
}
