package dev.microgpt.store;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.TrainingDocuments;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.history.Continuation;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.StoredSession;

import org.springframework.jdbc.core.simple.JdbcClient;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// Reads sessions from the tables that [SessionTables] writes. Its exceptions name what is damaged and
/// where.
final class SessionReader {

    private static final int MAX_IN_QUERY = 1000;

    private final JdbcClient jdbc;
    private final DocumentTable documents;
    private final LossTable losses;
    private final ContinuationTable continuations;

    SessionReader(JdbcClient jdbc, DocumentTable documents) {
        this.jdbc = jdbc;
        this.documents = documents;
        losses = new LossTable(jdbc);
        continuations = new ContinuationTable(jdbc, documents);
    }

    /// Returns all sessions.
    ///
    /// @param holdings returns the ownership of a session, as of a moment before
    List<StoredSession> sessions(Function<SessionId, Holding> holdings) {
        return jdbc.sql("SELECT * FROM session ORDER BY epoch")
                .query((row, _) -> SessionRow.read(row, holdings))
                .list();
    }

    /// Returns the sessions whose ids match a condition.
    ///
    /// @param holdings returns the ownership of a session, as of a moment before
    List<StoredSession> sessions(
            Predicate<SessionId> condition, Function<SessionId, Holding> holdings) {
        List<Long> epochs = new ArrayList<>();
        jdbc.sql("SELECT epoch, owner, name FROM session")
                .query(
                        row -> {
                            if (condition.test(
                                    new SessionId(row.getString("owner"), row.getString("name")))) {
                                epochs.add(row.getLong("epoch"));
                            }
                        });
        List<StoredSession> sessions = new ArrayList<>();
        for (int i = 0; i < epochs.size(); i += MAX_IN_QUERY) {
            sessions.addAll(
                    jdbc.sql("SELECT * FROM session WHERE epoch IN (:epochs)")
                            .param(
                                    "epochs",
                                    epochs.subList(i, Math.min(epochs.size(), i + MAX_IN_QUERY)))
                            .query((row, _) -> SessionRow.read(row, holdings))
                            .list());
        }
        return sessions;
    }

    /// @param holding the ownership of the session, as of a moment before
    Optional<StoredSession> find(Holding holding) {
        SessionId id = holding.id();
        return jdbc.sql("SELECT * FROM session WHERE owner = ? AND name = ?")
                .params(id.owner(), id.name())
                .query((row, _) -> SessionRow.read(row, _ -> holding))
                .optional();
    }

    boolean exists(SessionId id) {
        return jdbc.sql("SELECT 1 FROM session WHERE owner = ? AND name = ?")
                .params(id.owner(), id.name())
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /// Returns the ids of an owner's sessions that match a condition, in the order of their names.
    ///
    /// @param after only names that follow this one
    /// @param limit maximum number of sessions
    List<SessionId> idsOf(String owner, String after, int limit, Predicate<SessionId> condition) {
        List<SessionId> ids = new ArrayList<>();
        String last = after;
        while (ids.size() < limit) {
            List<SessionId> next =
                    jdbc.sql(
                                    "SELECT name FROM session WHERE owner = ? AND name > ?"
                                            + " ORDER BY name LIMIT ?")
                            .params(owner, last, MAX_IN_QUERY)
                            .query((row, _) -> new SessionId(owner, row.getString("name")))
                            .list();
            next.stream().filter(condition).limit(limit - ids.size()).forEach(ids::add);
            if (next.size() < MAX_IN_QUERY) {
                break;
            }
            last = next.getLast().name();
        }
        return ids;
    }

    boolean hasEpoch(long epoch) {
        return jdbc.sql("SELECT 1 FROM session WHERE epoch = ?")
                .param(epoch)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    StoredSession.Contents load(long epoch) {
        SnapshotRow snapshot = snapshotRow(epoch);
        LossHistory.Segment newest = losses.load(epoch);
        MicroGpt model =
                DamagedException.withLocation(
                        "the snapshot", () -> snapshot.model(documents, newest));
        List<Continuation> changes =
                snapshot.weights() == null
                        ? List.of()
                        : continuations.load(epoch, model.documents(), model.options());
        return new StoredSession.Contents(
                model,
                snapshot.state(),
                StoredTimeline.read(snapshot.past(), changes),
                keyframes(epoch, model, changes),
                snapshot.runs(),
                changes(epoch),
                snapshot.changeNumber());
    }

    private SnapshotRow snapshotRow(long epoch) {
        return jdbc.sql(
                        """
                        SELECT save.*, save.step AS save_step, save.options AS save_options,
                            document, alphabet, training_order, num_docs
                        FROM save JOIN session ON session.epoch = save.epoch
                        WHERE save.epoch = ?""")
                .param(epoch)
                .query((row, _) -> SnapshotRow.of(row))
                .optional()
                .orElseThrow(() -> new DamagedException("the snapshot is missing"));
    }

    private List<ModelState> keyframes(
            long epoch, MicroGpt model, List<Continuation> continuations) {
        return jdbc.sql("SELECT * FROM keyframe WHERE epoch = ? ORDER BY step")
                .param(epoch)
                .query(
                        (row, _) -> {
                            KeyframeRow keyframe = KeyframeRow.of(row);
                            return keyframe.state(
                                    documentsAt(keyframe.step(), model, continuations));
                        })
                .list();
    }

    private static TrainingDocuments documentsAt(
            long step, MicroGpt model, List<Continuation> continuations) {
        for (Continuation continuation : continuations) {
            if (step < continuation.step()) {
                return continuation.former();
            }
        }
        return model.documents();
    }

    private List<Change> changes(long epoch) {
        return jdbc.sql("SELECT number, kind, body FROM change WHERE epoch = ? ORDER BY number")
                .param(epoch)
                .query(
                        (row, _) -> {
                            String kind = row.getString("kind");
                            byte[] body = row.getBytes("body");
                            return DamagedException.withLocation(
                                    "log entry " + row.getLong("number"),
                                    () -> LogEntry.read(kind, body));
                        })
                .list();
    }
}
