package dev.microgpt.store;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.StoredSession;

import org.springframework.jdbc.core.simple.JdbcClient;

import java.util.List;

/// Reads sessions from the tables that [SessionTables] writes. Its exceptions name what is damaged and
/// where.
final class SessionReader {

    private final JdbcClient jdbc;
    private final DocumentTable documents;
    private final LossTable losses;

    SessionReader(JdbcClient jdbc, DocumentTable documents) {
        this.jdbc = jdbc;
        this.documents = documents;
        losses = new LossTable(jdbc);
    }

    long lastEpoch() {
        return jdbc.sql("SELECT value FROM counter WHERE name = 'epoch'")
                .query(Long.class)
                .single();
    }

    List<StoredSession> sessions() {
        return jdbc.sql("SELECT * FROM session ORDER BY epoch")
                .query((row, _) -> SessionRow.read(row))
                .list();
    }

    StoredSession.Contents load(long epoch) {
        SnapshotRow snapshot = snapshotRow(epoch);
        LossHistory.Segment newest = losses.load(epoch);
        MicroGpt model =
                DamagedException.withLocation(
                        "the snapshot", () -> snapshot.model(documents, newest));
        return new StoredSession.Contents(
                model,
                snapshot.state(),
                snapshot.timeline(),
                keyframes(epoch, model),
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

    private List<ModelState> keyframes(long epoch, MicroGpt model) {
        return jdbc.sql("SELECT * FROM keyframe WHERE epoch = ? ORDER BY step")
                .param(epoch)
                .query((row, _) -> KeyframeRow.of(row).state(model))
                .list();
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
