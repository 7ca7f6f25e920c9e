package dev.microgpt.store;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.share.Share;
import dev.microgpt.share.ShareErrors;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/// The table of shares. What writes is confined to the writer's thread, which runs it in transactions.
final class ShareTable {

    private static final String SELECT =
            "SELECT share.*, session.owner, session.name FROM share JOIN session USING (epoch)";

    private final JdbcClient jdbc;

    ShareTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Inserts a share, and deletes the expired ones of its session.
    ///
    /// @throws dev.microgpt.session.admission.SessionException `not_found` or `quota_exceeded`
    void insert(Share share, String hash, int maxShares) {
        if (count("SELECT count(*) FROM session WHERE epoch = ?", share.epoch()) == 0) {
            throw ShareErrors.sessionGone(share.session().name());
        }
        jdbc.sql("DELETE FROM share WHERE epoch = ? AND expires_at <= ?")
                .params(share.epoch(), share.createdAt().toEpochMilli())
                .update();
        long own = count("SELECT count(*) FROM share WHERE epoch = ?", share.epoch());
        if (own >= maxShares) {
            throw ShareErrors.tooMany(own, maxShares);
        }
        jdbc.sql(
                        """
                        INSERT INTO share (id, epoch, hash, label, created_at, expires_at)
                        VALUES (?, ?, ?, ?, ?, ?)""")
                .params(
                        share.id(),
                        share.epoch(),
                        hash,
                        share.label(),
                        share.createdAt().toEpochMilli(),
                        share.expiresAt().toEpochMilli())
                .update();
    }

    private long count(String query, long epoch) {
        return jdbc.sql(query).param(epoch).query(Long.class).single();
    }

    void delete(String id) {
        jdbc.sql("DELETE FROM share WHERE id = ?").param(id).update();
    }

    List<Share> list(long epoch, Instant now) {
        return jdbc.sql(
                        SELECT
                                + " WHERE epoch = ? AND expires_at > ? ORDER BY share.created_at, id")
                .params(epoch, now.toEpochMilli())
                .query((row, _) -> share(row))
                .list();
    }

    @Nullable Share findByHash(String hash) {
        return find(" WHERE hash = ?", hash);
    }

    @Nullable Share findById(String id) {
        return find(" WHERE id = ?", id);
    }

    private @Nullable Share find(String condition, String value) {
        return jdbc.sql(SELECT + condition)
                .param(value)
                .query((row, _) -> share(row))
                .optional()
                .orElse(null);
    }

    private static Share share(ResultSet row) throws SQLException {
        return new Share(
                row.getString("id"),
                new SessionId(row.getString("owner"), row.getString("name")),
                row.getLong("epoch"),
                row.getString("label"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")));
    }
}
