package dev.microgpt.store;

import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/// The row of a session, which has what lists show.
final class SessionRow {

    static final EnumTags<SessionState> STATES =
            new EnumTags<>(
                    "state of a session",
                    SessionState.class,
                    state ->
                            switch (state) {
                                case CREATED -> "CREATED";
                                case READY -> "READY";
                                case TRAINING -> "TRAINING";
                                case PAUSED -> "PAUSED";
                                case FAILED -> "FAILED";
                            });

    private SessionRow() {}

    /// @throws DamagedException if that is not what was written
    static StoredSession read(ResultSet row) throws SQLException {
        boolean hasRun = row.getInt("has_run") > 0;
        ModelOptions options = StoredOptions.read(row.getString("options"));
        SessionView view =
                new SessionView(
                        row.getString("name"),
                        state(STATES.constant(row.getString("state")), hasRun),
                        options.engine(),
                        row.getLong("step"),
                        integer(row, "num_params"),
                        integer(row, "vocab_size"),
                        integer(row, "num_docs"),
                        options,
                        Instant.ofEpochMilli(row.getLong("created_at")),
                        0,
                        StoredFailure.read(row.getString("failure")));
        return new StoredSession(row.getLong("epoch"), row.getString("owner"), view, hasRun);
    }

    /// Whoever trained with step calls is gone.
    private static SessionState state(SessionState stored, boolean hasRun) {
        return stored == SessionState.TRAINING && !hasRun ? SessionState.READY : stored;
    }

    private static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }
}
