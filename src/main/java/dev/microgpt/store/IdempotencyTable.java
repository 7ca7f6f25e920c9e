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

/// The table of answers. It holds the newest, for a day. A row with a step is a call that was cut off, or
/// has begun; one with an epoch alone is an answer that tells of that life of a session.
final class IdempotencyTable {

    private static final long KEPT_MILLIS = Duration.ofDays(1).toMillis();
    private static final int MOST = 10_000;
    private static final int BETWEEN_PURGES = 100;

    private final JdbcClient jdbc;
    private int sincePurge = BETWEEN_PURGES; // changed by the writer alone

    IdempotencyTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    IdempotencyStore.@Nullable Entry find(String key) {
        return jdbc.sql("SELECT * FROM answer WHERE key = ? AND created_at > ?")
                .params(key, System.currentTimeMillis() - KEPT_MILLIS)
                .query((row, _) -> entry(row))
                .optional()
                .orElse(null);
    }

    private static IdempotencyStore.Entry entry(ResultSet row) throws SQLException {
        int code = row.getInt("status");
        return new IdempotencyStore.Entry(
                row.getString("key"),
                row.getString("call"),
                row.getString("request"),
                number(row, "epoch"),
                number(row, "step"),
                code == 0
                        ? null
                        : new Idempotency.Answer(
                                code,
                                StoredJson.readTexts("the headers", row.getString("headers")),
                                row.getBytes("body")));
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    void start(Idempotency call, Idempotency.Start start) {
        keep(
                new IdempotencyStore.Entry(
                        call.key(), call.call(), null, start.epoch(), start.step(), null));
    }

    void keep(IdempotencyStore.Entry entry) {
        purgeNowAndThen();
        Idempotency.Answer answer = entry.answer();
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
                                answer == null ? 0 : answer.code(),
                                StoredJson.text(answer == null ? Map.of() : answer.attributes()),
                                answer == null ? null : answer.body(),
                                System.currentTimeMillis()))
                .update();
    }

    private void purgeNowAndThen() {
        if (++sincePurge < BETWEEN_PURGES) {
            return;
        }
        sincePurge = 0;
        jdbc.sql("DELETE FROM answer WHERE created_at < ?")
                .param(System.currentTimeMillis() - KEPT_MILLIS)
                .update();
        jdbc.sql(
                        """
                        DELETE FROM answer WHERE key IN
                            (SELECT key FROM answer ORDER BY created_at DESC LIMIT ? OFFSET ?)""")
                .params(Integer.MAX_VALUE, MOST)
                .update();
    }
}
