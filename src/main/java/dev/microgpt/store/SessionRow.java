package dev.microgpt.store;

import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.Function;

/// Reads the rows of the session table, which hold what a list of sessions shows.
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

    /// @param holdings returns the ownership of a session
    /// @throws DamagedException if the row is damaged
    static StoredSession read(ResultSet row, Function<SessionId, Holding> holdings)
            throws SQLException {
        boolean hasRun = row.getInt("has_run") > 0;
        StoredWarnings warnings = StoredWarnings.read(row.getString("warnings"));
        ModelOptions options = StoredOptions.read(row.getString("options"));
        SessionView view =
                new SessionView(
                        row.getString("name"),
                        stateAfterRestart(STATES.constant(row.getString("state")), hasRun),
                        options.engine(),
                        row.getLong("step"),
                        integer(row, "num_params"),
                        integer(row, "vocab_size"),
                        integer(row, "num_docs"),
                        options,
                        Instant.ofEpochMilli(row.getLong("created_at")),
                        0,
                        StoredFailure.read(row.getString("failure")),
                        row.getInt("continuations"),
                        warnings.documents(),
                        warnings.divergence());
        SessionId id = new SessionId(row.getString("owner"), view.name());
        return new StoredSession(row.getLong("epoch"), holdings.apply(id), view, hasRun);
    }

    /// Returns ready for a session that was training without a run: its step call ended with the process.
    private static SessionState stateAfterRestart(SessionState stored, boolean hasRun) {
        return stored == SessionState.TRAINING && !hasRun ? SessionState.READY : stored;
    }

    private static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }
}
