package dev.microgpt.store;

import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.run.RunSnapshot;

import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/// A snapshot as its row stores it.
///
/// @param changeNumber number of the last log entry that the snapshot contains
/// @param past see [StoredTimeline]
/// @param random state of the random generator; null, like weights and lossSummary, while there is no model
/// @param document digest of the training text; null if there is none
/// @param tokenizer the tokens of the model; null if they are the characters of the training text, or if there is no
///     model. Stored in the column `alphabet`, see [StoredTokens]
/// @param order order of the documents; null if the seed determines it
record SnapshotRow(
        long step,
        long changeNumber,
        int nextDocument,
        ModelOptions options,
        boolean hasFailed,
        byte[] past,
        List<RunSnapshot> runs,
        byte @Nullable [] random,
        byte @Nullable [] weights,
        byte @Nullable [] lossSummary,
        @Nullable String document,
        @Nullable Tokenizer tokenizer,
        byte @Nullable [] order,
        int numDocs) {

    /// @param row a row of `save` joined with `session`
    /// @throws DamagedException if the row is damaged
    static SnapshotRow of(ResultSet row) throws SQLException {
        return new SnapshotRow(
                row.getLong("save_step"),
                row.getLong("change_number"),
                row.getInt("next_document"),
                StoredOptions.read(row.getString("save_options")),
                row.getInt("has_failed") > 0,
                row.getBytes("past"),
                StoredRun.read(row.getBytes("runs")),
                row.getBytes("random"),
                row.getBytes("weights"),
                row.getBytes("loss_summary"),
                row.getString("document"),
                StoredTokens.read(row.getString("alphabet")),
                row.getBytes("training_order"),
                row.getInt("num_docs"));
    }

    /// Returns the session's state at the snapshot.
    SessionState state() {
        if (weights == null) {
            return SessionState.CREATED;
        }
        return hasFailed ? SessionState.FAILED : SessionState.READY;
    }

    private Tokenizer requireTokenizer() {
        if (tokenizer == null) {
            throw new DamagedException("the tokens are missing");
        }
        return tokenizer;
    }

    /// Restores the model at the snapshot.
    ///
    /// @throws DamagedException if the row or its training text is damaged
    MicroGpt model(DocumentTable documents, LossHistory.Segment losses) {
        if (random == null || weights == null || lossSummary == null) {
            return new MicroGpt(options);
        }
        Corpus corpus = document == null ? null : documents.load(document, tokenizer);
        PackedWeights numbers = PackedWeights.unpack(weights, options.engine());
        Checkpoint checkpoint =
                new Checkpoint(
                        options,
                        corpus == null ? requireTokenizer() : corpus.tokenizer(),
                        step,
                        numbers.params(),
                        numbers.m(),
                        numbers.v(),
                        PackedNumbers.ints(random),
                        corpus,
                        StoredOrder.read(order, options, numDocs),
                        nextDocument);
        return new MicroGpt(
                checkpoint, LossHistory.restore(PackedNumbers.doubles(lossSummary), losses));
    }
}
