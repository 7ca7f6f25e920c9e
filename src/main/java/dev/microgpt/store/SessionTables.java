package dev.microgpt.store;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.util.Arrays;
import java.util.List;

/// Writes sessions into their tables; [SessionReader] reads them.
final class SessionTables {

    private static final int ROOM_BYTES = 1 << 16;

    private final JdbcClient jdbc;
    private final DocumentTable documents;
    private final LossTable losses;

    SessionTables(JdbcClient jdbc, DocumentTable documents) {
        this.jdbc = jdbc;
        this.documents = documents;
        losses = new LossTable(jdbc);
    }

    void begin(SessionSnapshot save) {
        PackedSnapshot packed = PackedSnapshot.of(save);
        SessionView view = save.view();
        jdbc.sql("SELECT epoch FROM session WHERE owner = ? AND name = ?")
                .params(save.owner(), view.name())
                .query(Long.class)
                .optional()
                .ifPresent(this::delete);
        SessionSnapshot.Contents contents = save.contents();
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
                                SessionRow.STATES.tag(view.state()),
                                view.step(),
                                packed.options(),
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
        insert(save, packed);
    }

    /// The order of the documents, unless it follows from the seed.
    private static byte @Nullable [] unusualOrder(
            SessionSnapshot.@Nullable Contents contents, ModelOptions options) {
        int[] order = contents == null ? null : contents.order();
        if (order == null || Arrays.equals(order, MicroGpt.order(options, order.length))) {
            return null;
        }
        return PackedNumbers.ofInts(order);
    }

    void add(long epoch, long firstNumber, List<Change> changes, SessionView view, boolean hasRun) {
        List<LogEntry> entries = changes.stream().map(LogEntry::of).toList();
        int known =
                jdbc.sql(
                                "UPDATE session SET state = ?, step = ?, options = ?, has_run = ?,"
                                        + " failure = ? WHERE epoch = ?")
                        .params(
                                Arrays.asList(
                                        SessionRow.STATES.tag(view.state()),
                                        view.step(),
                                        StoredOptions.write(view.options()),
                                        hasRun ? 1 : 0,
                                        StoredFailure.text(view.failure()),
                                        epoch))
                        .update();
        if (known == 0) {
            return; // deleted meanwhile
        }
        for (int i = 0; i < entries.size(); i++) {
            LogEntry entry = entries.get(i);
            jdbc.sql("INSERT INTO change (epoch, number, kind, body) VALUES (?, ?, ?, ?)")
                    .params(epoch, firstNumber + i, entry.kind(), entry.write())
                    .update();
        }
    }

    void save(SessionSnapshot save) {
        PackedSnapshot packed = PackedSnapshot.of(save);
        int known =
                jdbc.sql("UPDATE session SET state = ?, step = ? WHERE epoch = ?")
                        .params(
                                SessionRow.STATES.tag(save.view().state()),
                                save.view().step(),
                                save.epoch())
                        .update();
        if (known > 0) {
            jdbc.sql("DELETE FROM save WHERE epoch = ?").param(save.epoch()).update();
            jdbc.sql("DELETE FROM change WHERE epoch = ? AND number <= ?")
                    .params(save.epoch(), save.change())
                    .update();
            insert(save, packed);
        }
    }

    private void insert(SessionSnapshot save, PackedSnapshot packed) {
        PackedSnapshot.Contents contents = packed.contents();
        jdbc.sql(
                        """
                        INSERT INTO save (epoch, step, change_number, next_document, options, has_failed,
                            past, runs, random, weights, loss_summary)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(
                        Arrays.asList(
                                save.epoch(),
                                save.view().step(),
                                save.change(),
                                contents == null ? 0 : contents.nextDocument(),
                                packed.options(),
                                save.view().state() == SessionState.FAILED ? 1 : 0,
                                packed.past(),
                                packed.runs(),
                                contents == null ? null : contents.random(),
                                contents == null ? null : contents.weights(),
                                contents == null ? null : contents.lossSummary()))
                .update();
        if (contents != null) {
            losses.append(save.epoch(), contents.losses());
            keepKeyframes(save.epoch(), contents);
        }
    }

    private void keepKeyframes(long epoch, PackedSnapshot.Contents contents) {
        for (PackedSnapshot.Keyframe keyframe : contents.keyframes()) {
            jdbc.sql(
                            """
                            INSERT INTO keyframe (epoch, step, next_document, options, weights)
                            VALUES (?, ?, ?, ?, ?)""")
                    .params(
                            epoch,
                            keyframe.step(),
                            keyframe.nextDocument(),
                            keyframe.options(),
                            keyframe.weights())
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

    /// Reads no more of it than the digest of its documents: it may be damaged.
    void delete(long epoch) {
        List<String> digests =
                jdbc.sql("SELECT document FROM session WHERE epoch = ? AND document IS NOT NULL")
                        .param(epoch)
                        .query((row, _) -> row.getString(1))
                        .list();
        jdbc.sql("DELETE FROM session WHERE epoch = ?").param(epoch).update();
        digests.forEach(documents::dropUnused);
    }
}
