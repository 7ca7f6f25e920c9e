package dev.microgpt.store;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.SessionSave;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// The tables of sessions.
final class SessionTables {

    private static final int ROOM_BYTES = 1 << 16;

    private final JdbcClient jdbc;
    private final Documents documents;
    private final LossTable losses;

    SessionTables(JdbcClient jdbc) {
        this.jdbc = jdbc;
        documents = new Documents(jdbc);
        losses = new LossTable(jdbc);
    }

    // ---- to write

    void begin(SessionSave save) {
        SessionView view = save.view();
        jdbc.sql("SELECT epoch FROM session WHERE owner = ? AND name = ?")
                .params(save.owner(), view.name())
                .query(Long.class)
                .optional()
                .ifPresent(this::delete);
        SessionSave.Contents contents = save.contents();
        Corpus corpus =
                contents == null || contents.documents().size() == 0 ? null : contents.documents();
        jdbc.sql(
                        """
                        INSERT INTO session (epoch, owner, name, created_at, state, step, options, num_params,
                            vocab_size, num_docs, has_run, document, alphabet, training_order)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)""")
                .params(
                        Arrays.asList(
                                save.epoch(),
                                save.owner(),
                                view.name(),
                                view.createdAt().toEpochMilli(),
                                view.state().name(),
                                view.step(),
                                StoredJson.text(view.options()),
                                view.numParams(),
                                view.vocabSize(),
                                view.numDocs(),
                                corpus == null ? null : documents.keep(corpus),
                                contents == null || corpus != null
                                        ? null
                                        : contents.documents().tokenizer().alphabet(),
                                corpus == null ? null : unusualOrder(contents, view.options())))
                .update();
        jdbc.sql("UPDATE counter SET value = ? WHERE name = 'epoch' AND value < ?")
                .params(save.epoch(), save.epoch())
                .update();
        insert(save);
    }

    /// The order of the documents, unless it follows from the seed.
    private static byte @Nullable [] unusualOrder(
            SessionSave.@Nullable Contents contents, ModelOptions options) {
        int[] order = contents == null ? null : contents.order();
        if (order == null || Arrays.equals(order, MicroGpt.order(options, order.length))) {
            return null;
        }
        return Packed.ofInts(order);
    }

    void add(long epoch, long firstNumber, List<Change> changes, SessionView view, boolean hasRun) {
        int known =
                jdbc.sql(
                                "UPDATE session SET state = ?, step = ?, options = ?, has_run = ? WHERE"
                                        + " epoch = ?")
                        .params(
                                view.state().name(),
                                view.step(),
                                StoredJson.text(view.options()),
                                hasRun ? 1 : 0,
                                epoch)
                        .update();
        if (known == 0) {
            return; // deleted meanwhile
        }
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            jdbc.sql("INSERT INTO change (epoch, number, kind, body) VALUES (?, ?, ?, ?)")
                    .params(
                            epoch,
                            firstNumber + i,
                            StoredJson.kind(change),
                            StoredJson.packed(change))
                    .update();
        }
    }

    void save(SessionSave save) {
        int known =
                jdbc.sql("UPDATE session SET state = ?, step = ? WHERE epoch = ?")
                        .params(save.view().state().name(), save.view().step(), save.epoch())
                        .update();
        if (known > 0) {
            jdbc.sql("DELETE FROM save WHERE epoch = ?").param(save.epoch()).update();
            jdbc.sql("DELETE FROM change WHERE epoch = ? AND number <= ?")
                    .params(save.epoch(), save.change())
                    .update();
            insert(save);
        }
    }

    private void insert(SessionSave save) {
        SessionView view = save.view();
        SessionSave.Contents contents = save.contents();
        jdbc.sql(
                        """
                        INSERT INTO save (epoch, step, change_number, next_document, options, has_failed,
                            past, runs, random, weights, loss_summary)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(
                        Arrays.asList(
                                save.epoch(),
                                view.step(),
                                save.change(),
                                contents == null ? 0 : contents.model().nextDocument(),
                                StoredJson.text(view.options()),
                                view.state() == SessionState.FAILED ? 1 : 0,
                                StoredJson.packed(save.past()),
                                StoredJson.packed(save.runs()),
                                contents == null ? null : Packed.ofInts(contents.random()),
                                contents == null ? null : weights(contents.model()),
                                contents == null ? null : Packed.ofDoubles(contents.summaries())))
                .update();
        if (contents != null) {
            losses.append(save.epoch(), contents.losses());
            keepKeyframes(save.epoch(), contents);
        }
    }

    private void keepKeyframes(long epoch, SessionSave.Contents contents) {
        for (ModelState keyframe : contents.keyframes()) {
            jdbc.sql(
                            """
                            INSERT INTO keyframe (epoch, step, next_document, options, weights)
                            VALUES (?, ?, ?, ?, ?)""")
                    .params(
                            epoch,
                            keyframe.step(),
                            keyframe.nextDocument(),
                            StoredJson.text(keyframe.options()),
                            weights(keyframe))
                    .update();
        }
        List<Long> steps =
                jdbc.sql("SELECT step FROM keyframe WHERE epoch = ?")
                        .param(epoch)
                        .query((row, _) -> row.getLong(1))
                        .list();
        for (long step : steps) {
            if (!contents.keyframeSteps().contains(step)) {
                jdbc.sql("DELETE FROM keyframe WHERE epoch = ? AND step = ?")
                        .params(epoch, step)
                        .update();
            }
        }
    }

    /// Takes room for what a small session needs, and gives it back: fails where there is none.
    void takeRoomForAMoment() {
        jdbc.sql("INSERT INTO document (digest, text) VALUES ('room', ?)")
                .param(new byte[ROOM_BYTES])
                .update();
        jdbc.sql("DELETE FROM document WHERE digest = 'room'").update();
    }

    void delete(long epoch) {
        List<String> digests =
                jdbc.sql("SELECT document FROM session WHERE epoch = ? AND document IS NOT NULL")
                        .param(epoch)
                        .query((row, _) -> row.getString(1))
                        .list();
        jdbc.sql("DELETE FROM session WHERE epoch = ?").param(epoch).update();
        digests.forEach(documents::dropUnused);
    }

    /// As the engine keeps them: nothing is rounded.
    private static byte[] weights(ModelState state) {
        return state.options().engine() == EngineKind.SCALAR
                ? Packed.ofDoubles(state.params(), state.m(), state.v())
                : Packed.ofFloats(state.params(), state.m(), state.v());
    }

    // ---- to read

    long lastEpoch() {
        return jdbc.sql("SELECT value FROM counter WHERE name = 'epoch'")
                .query(Long.class)
                .single();
    }

    List<StoredSession> sessions() {
        return jdbc.sql("SELECT * FROM session").query((row, _) -> session(row)).list();
    }

    private static StoredSession session(ResultSet row) throws SQLException {
        boolean hasRun = row.getInt("has_run") > 0;
        ModelOptions options = StoredJson.read(row.getString("options"), ModelOptions.class);
        SessionView view =
                new SessionView(
                        row.getString("name"),
                        state(SessionState.valueOf(row.getString("state")), hasRun),
                        options.engine(),
                        row.getLong("step"),
                        integer(row, "num_params"),
                        integer(row, "vocab_size"),
                        integer(row, "num_docs"),
                        options,
                        Instant.ofEpochMilli(row.getLong("created_at")),
                        0,
                        null);
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

    StoredSession.Contents load(long epoch) {
        SaveRow save = saveRow(epoch);
        MicroGpt model = save.model(documents, losses.load(epoch));
        return new StoredSession.Contents(
                model,
                save.state(),
                save.past(),
                keyframes(epoch, model),
                save.runs(),
                changes(epoch),
                save.changeNumber());
    }

    private SaveRow saveRow(long epoch) {
        return jdbc.sql(
                        """
                        SELECT save.*, save.step AS save_step, save.options AS save_options,
                            document, alphabet, training_order, num_docs
                        FROM save JOIN session ON session.epoch = save.epoch
                        WHERE save.epoch = ?""")
                .param(epoch)
                .query((row, _) -> SaveRow.of(row))
                .optional()
                .orElseThrow(() -> new DamagedException("it has no save"));
    }

    private List<ModelState> keyframes(long epoch, MicroGpt model) {
        return jdbc.sql("SELECT * FROM keyframe WHERE epoch = ? ORDER BY step")
                .param(epoch)
                .query(
                        (row, _) -> {
                            ModelOptions options =
                                    StoredJson.read(row.getString("options"), ModelOptions.class);
                            Weights weights = Weights.of(row.getBytes("weights"), options.engine());
                            return model.state(
                                    options,
                                    row.getLong("step"),
                                    row.getInt("next_document"),
                                    weights.params(),
                                    weights.m(),
                                    weights.v());
                        })
                .list();
    }

    private List<Change> changes(long epoch) {
        return jdbc.sql("SELECT kind, body FROM change WHERE epoch = ? ORDER BY number")
                .param(epoch)
                .query((row, _) -> StoredJson.change(row.getString("kind"), row.getBytes("body")))
                .list();
    }
}
