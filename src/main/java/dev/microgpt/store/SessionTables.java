package dev.microgpt.store;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.admission.OwnerQuota;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes sessions to their tables, which [SessionReader] reads. Confined to the writer's thread, which runs
/// its methods in transactions.
final class SessionTables {

    /// About what a small session needs.
    private static final int PROBE_BYTES = 1 << 16;

    private final JdbcClient jdbc;
    private final DocumentTable documents;
    private final LossTable losses;
    private final ContinuationTable continuations;

    SessionTables(JdbcClient jdbc, DocumentTable documents) {
        this.jdbc = jdbc;
        this.documents = documents;
        losses = new LossTable(jdbc);
        continuations = new ContinuationTable(jdbc, documents);
    }

    /// Inserts a session, replacing one with the same owner and name.
    ///
    /// @throws IllegalArgumentException if the snapshot could not be read back; nothing has been written then
    void begin(SessionSnapshot snapshot) {
        PackedSnapshot packed = PackedSnapshot.of(snapshot);
        SessionView view = snapshot.view();
        jdbc.sql("SELECT epoch FROM session WHERE owner = ? AND name = ?")
                .params(snapshot.owner(), view.name())
                .query(Long.class)
                .optional()
                .ifPresent(this::delete);
        SessionSnapshot.Contents contents = snapshot.contents();
        Corpus corpus =
                contents == null || contents.documents().size() == 0 ? null : contents.documents();
        jdbc.sql(
                        """
                        INSERT INTO session (epoch, owner, name, created_at, state, step, options, num_params,
                            vocab_size, num_docs, has_run, document, alphabet, training_order, warnings,
                            continuations)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)""")
                .params(
                        Arrays.asList(
                                snapshot.epoch(),
                                snapshot.owner(),
                                view.name(),
                                view.createdAt().toEpochMilli(),
                                SessionRow.STATES.tag(view.state()),
                                view.step(),
                                packed.options(),
                                view.numParams(),
                                view.vocabSize(),
                                view.numDocs(),
                                corpus == null ? null : documents.putIfAbsent(corpus),
                                contents == null ? null : StoredTokens.write(contents.documents()),
                                corpus == null ? null : customOrder(contents, view.options()),
                                StoredWarnings.write(view),
                                view.continuations()))
                .update();
        continuations.append(snapshot.epoch(), snapshot.past().continuations(), view.options());
        jdbc.sql("UPDATE counter SET value = ? WHERE name = 'epoch' AND value < ?")
                .params(snapshot.epoch(), snapshot.epoch())
                .update();
        insert(snapshot, packed);
    }

    /// Checks the sessions that an owner has.
    ///
    /// @throws SessionException `quota_exceeded`
    void require(String owner, OwnerQuota quota) {
        jdbc.sql(
                        "SELECT count(*) AS sessions, coalesce(sum(num_params), 0) AS parameters"
                                + " FROM session WHERE owner = ?")
                .param(owner)
                .query(
                        row -> {
                            quota.require(row.getLong("sessions"), row.getLong("parameters"));
                        });
    }

    /// Returns the order of the documents, or null if the seed determines it, or if it is stored already.
    private static byte @Nullable [] customOrder(
            SessionSnapshot.@Nullable Contents contents, ModelOptions options) {
        int[] order = contents == null ? null : contents.order();
        return order == null ? null : StoredOrder.write(order, options);
    }

    /// Appends log entries and updates the row of the session; does nothing if the session was deleted.
    ///
    /// @throws IllegalArgumentException if a change could not be read back; nothing has been written then
    void append(
            long epoch, long firstNumber, List<Change> changes, SessionView view, boolean hasRun) {
        List<LogEntry> entries = changes.stream().map(LogEntry::of).toList();
        int updated =
                jdbc.sql(
                                "UPDATE session SET state = ?, step = ?, options = ?, has_run = ?,"
                                        + " failure = ?, warnings = ? WHERE epoch = ?")
                        .params(
                                Arrays.asList(
                                        SessionRow.STATES.tag(view.state()),
                                        view.step(),
                                        StoredOptions.write(view.options()),
                                        hasRun ? 1 : 0,
                                        StoredFailure.write(view.failure()),
                                        StoredWarnings.write(view),
                                        epoch))
                        .update();
        if (updated == 0) {
            return; // deleted in the meantime
        }
        for (int i = 0; i < entries.size(); i++) {
            LogEntry entry = entries.get(i);
            jdbc.sql("INSERT INTO change (epoch, number, kind, body) VALUES (?, ?, ?, ?)")
                    .params(epoch, firstNumber + i, entry.kind(), entry.write())
                    .update();
        }
    }

    /// Replaces the snapshot of a session and deletes the log entries that the new one contains; does nothing
    /// if the session was deleted.
    ///
    /// @throws IllegalArgumentException if the snapshot could not be read back; nothing has been written then
    void save(SessionSnapshot snapshot) {
        PackedSnapshot packed = PackedSnapshot.of(snapshot);
        int updated =
                jdbc.sql("UPDATE session SET state = ?, step = ?, warnings = ? WHERE epoch = ?")
                        .params(
                                Arrays.asList(
                                        SessionRow.STATES.tag(snapshot.view().state()),
                                        snapshot.view().step(),
                                        StoredWarnings.write(snapshot.view()),
                                        snapshot.epoch()))
                        .update();
        if (updated > 0) {
            jdbc.sql("DELETE FROM save WHERE epoch = ?").param(snapshot.epoch()).update();
            jdbc.sql("DELETE FROM change WHERE epoch = ? AND number <= ?")
                    .params(snapshot.epoch(), snapshot.change())
                    .update();
            insert(snapshot, packed);
        }
    }

    /// Replaces the snapshot, the log entries and the documents of a session; does nothing if the session was deleted.
    ///
    /// @throws IllegalArgumentException if the snapshot could not be read back; nothing has been written then
    void continueWith(SessionSnapshot snapshot) {
        SessionSnapshot.Contents contents = snapshot.contents();
        if (contents == null) {
            throw new IllegalArgumentException("a session without documents cannot continue");
        }
        SessionView view = snapshot.view();
        int updated =
                jdbc.sql(
                                """
                                UPDATE session SET num_params = ?, vocab_size = ?, num_docs = ?,
                                    document = ?, alphabet = ?, training_order = ?, continuations = ?
                                WHERE epoch = ?""")
                        .params(
                                Arrays.asList(
                                        view.numParams(),
                                        view.vocabSize(),
                                        view.numDocs(),
                                        documents.putIfAbsent(contents.documents()),
                                        StoredTokens.write(contents.documents()),
                                        customOrder(contents, view.options()),
                                        view.continuations(),
                                        snapshot.epoch()))
                        .update();
        if (updated > 0) {
            continuations.append(snapshot.epoch(), snapshot.past().continuations(), view.options());
            save(snapshot);
        }
    }

    private void insert(SessionSnapshot snapshot, PackedSnapshot packed) {
        PackedSnapshot.Contents contents = packed.contents();
        jdbc.sql(
                        """
                        INSERT INTO save (epoch, step, change_number, next_document, options, has_failed,
                            past, runs, random, weights, loss_summary)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(
                        Arrays.asList(
                                snapshot.epoch(),
                                snapshot.view().step(),
                                snapshot.change(),
                                contents == null ? 0 : contents.nextDocument(),
                                packed.options(),
                                snapshot.view().state() == SessionState.FAILED ? 1 : 0,
                                packed.timeline(),
                                packed.runs(),
                                contents == null ? null : contents.random(),
                                contents == null ? null : contents.weights(),
                                contents == null ? null : contents.lossSummary()))
                .update();
        if (contents != null) {
            losses.append(snapshot.epoch(), contents.losses());
            updateKeyframes(snapshot.epoch(), contents);
        }
    }

    private void updateKeyframes(long epoch, PackedSnapshot.Contents contents) {
        for (PackedSnapshot.Keyframe keyframe : contents.keyframes()) {
            jdbc.sql(
                            """
                            INSERT INTO keyframe (epoch, step, next_document, options, weights)
                            VALUES (?, ?, ?, ?, ?)
                            ON CONFLICT (epoch, step) DO UPDATE SET next_document = excluded.next_document,
                                options = excluded.options, weights = excluded.weights""")
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

    /// Inserts and deletes 64 KiB, about what a small session needs; fails if the disk is full.
    void probeSpace() {
        jdbc.sql("INSERT INTO document (digest, text) VALUES ('room', ?)")
                .param(new byte[PROBE_BYTES])
                .update();
        jdbc.sql("DELETE FROM document WHERE digest = 'room'").update();
    }

    /// Deletes a session. Reads nothing but the digests of its documents, since the rest may be damaged.
    void delete(long epoch) {
        List<String> digests = new ArrayList<>(continuations.digests(epoch));
        digests.addAll(
                jdbc.sql("SELECT document FROM session WHERE epoch = ? AND document IS NOT NULL")
                        .param(epoch)
                        .query((row, _) -> row.getString(1))
                        .list());
        jdbc.sql("DELETE FROM session WHERE epoch = ?").param(epoch).update();
        digests.forEach(documents::deleteIfUnused);
    }
}
