package dev.microgpt.store;

import dev.microgpt.session.AnswerStore;
import dev.microgpt.session.Once;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/// The table of answers. It holds the newest, for a day. A row with a step is a call that was cut off, or
/// has begun; one with an epoch alone is an answer that tells of that life of a session.
final class AnswerTable {

    private static final long KEPT_MILLIS = Duration.ofDays(1).toMillis();
    private static final int MOST = 10_000;
    private static final int BETWEEN_PURGES = 100;

    private final JdbcClient jdbc;
    private int sincePurge = BETWEEN_PURGES; // changed by the writer alone

    AnswerTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    AnswerStore.@Nullable Entry find(String key) {
        return jdbc.sql("SELECT * FROM answer WHERE key = ? AND created_at > ?")
                .params(key, System.currentTimeMillis() - KEPT_MILLIS)
                .query((row, _) -> entry(row))
                .optional()
                .orElse(null);
    }

    private static AnswerStore.Entry entry(ResultSet row) throws SQLException {
        long epoch = row.getLong("epoch");
        boolean hasEpoch = !row.wasNull();
        long step = row.getLong("step");
        boolean hasStep = !row.wasNull();
        return new AnswerStore.Entry(
                row.getString("key"),
                row.getString("call"),
                row.getString("request"),
                hasEpoch ? epoch : null,
                hasEpoch && hasStep ? new Once.Start(epoch, step) : null,
                row.getInt("status"),
                StoredJson.readTexts("the headers", row.getString("headers")),
                row.getBytes("body"));
    }

    void start(String key, String call, Once.Start start) {
        keep(new AnswerStore.Entry(key, call, null, start.epoch(), start, 0, Map.of(), null));
    }

    void keep(AnswerStore.Entry answer) {
        purgeNowAndThen();
        Once.Start start = answer.start();
        jdbc.sql("DELETE FROM answer WHERE key = ?").param(answer.key()).update();
        jdbc.sql(
                        """
                        INSERT INTO answer (key, call, request, epoch, step, status, headers, body,
                            created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(
                        Arrays.asList(
                                answer.key(),
                                answer.call(),
                                answer.request(),
                                answer.epoch(),
                                start == null ? null : start.step(),
                                answer.status(),
                                StoredJson.text(answer.headers()),
                                answer.body(),
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
