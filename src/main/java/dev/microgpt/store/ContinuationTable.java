package dev.microgpt.store;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.TrainingDocuments;
import dev.microgpt.session.history.Continuation;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/// The table of the documents that sessions had before they continued with others. Its rows never change.
final class ContinuationTable {

    private final JdbcClient jdbc;
    private final DocumentTable documents;

    ContinuationTable(JdbcClient jdbc, DocumentTable documents) {
        this.jdbc = jdbc;
        this.documents = documents;
    }

    /// Stores those changes of a session that are not stored yet.
    ///
    /// @param all the changes of the session, oldest first
    void append(long epoch, List<Continuation> all, ModelOptions options) {
        int stored =
                jdbc.sql("SELECT count(*) FROM continuation WHERE epoch = ?")
                        .param(epoch)
                        .query(Integer.class)
                        .single();
        for (int i = stored; i < all.size(); i++) {
            Continuation continuation = all.get(i);
            TrainingDocuments former = continuation.former();
            Corpus corpus = former.corpus().size() == 0 ? null : former.corpus();
            jdbc.sql(
                            """
                            INSERT INTO continuation (epoch, number, step, random, document, alphabet,
                                training_order)
                            VALUES (?, ?, ?, ?, ?, ?, ?)""")
                    .params(
                            Arrays.asList(
                                    epoch,
                                    i + 1,
                                    continuation.step(),
                                    PackedNumbers.ofInts(continuation.generator()),
                                    corpus == null ? null : documents.putIfAbsent(corpus),
                                    StoredTokens.write(former.corpus()),
                                    corpus == null
                                            ? null
                                            : StoredOrder.write(former.order(), options)))
                    .update();
        }
    }

    /// Returns the digests of the documents that a session had.
    List<String> digests(long epoch) {
        return jdbc.sql(
                        "SELECT DISTINCT document FROM continuation"
                                + " WHERE epoch = ? AND document IS NOT NULL")
                .param(epoch)
                .query((row, _) -> row.getString(1))
                .list();
    }

    /// Loads the changes of a session, oldest first.
    ///
    /// @param present the documents that it has now
    /// @throws DamagedException if a row or its training text is damaged
    List<Continuation> load(long epoch, TrainingDocuments present, ModelOptions options) {
        List<Row> rows =
                jdbc.sql("SELECT * FROM continuation WHERE epoch = ? ORDER BY number")
                        .param(epoch)
                        .query((row, _) -> Row.of(row))
                        .list();
        ArrayDeque<Continuation> continuations = new ArrayDeque<>();
        TrainingDocuments next = present;
        for (Row row : rows.reversed()) {
            TrainingDocuments former =
                    DamagedException.withLocation(
                            "the documents up to step " + row.step,
                            () -> row.documents(documents, options));
            continuations.addFirst(
                    new Continuation(row.step, PackedNumbers.ints(row.random), former, next));
            next = former;
        }
        return List.copyOf(continuations);
    }

    private record Row(
            long step,
            byte[] random,
            @Nullable String document,
            @Nullable String alphabet,
            byte @Nullable [] order) {

        static Row of(ResultSet row) throws SQLException {
            return new Row(
                    row.getLong("step"),
                    row.getBytes("random"),
                    row.getString("document"),
                    row.getString("alphabet"),
                    row.getBytes("training_order"));
        }

        TrainingDocuments documents(DocumentTable table, ModelOptions options) {
            if (document == null) {
                return TrainingDocuments.none(StoredTokens.require(alphabet));
            }
            Corpus corpus = table.load(document, StoredTokens.read(alphabet));
            return TrainingDocuments.of(corpus, StoredOrder.read(order, options, corpus.size()));
        }
    }
}
