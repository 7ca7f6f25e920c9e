package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.ScoreBatch;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// Computes the scores of texts that may have unknown characters, batch by batch.
public final class TextScoring implements Query<AsOf<List<ScoredText>>> {

    private final List<String> texts;
    private final QueriedModel queriedModel;
    private final ScoreBuffers buffers = new ScoreBuffers();
    private List<ScoredText> batch = new ArrayList<>();
    private int next;
    private int endOfBatch;

    /// @param step the step to query; null for the current one
    public TextScoring(List<String> texts, @Nullable PastStep step) {
        this.texts = List.copyOf(texts);
        queriedModel = new QueriedModel(step);
    }

    /// Begins a batch: the next result has the scores of the next `size` texts, or of those that are left.
    public void beginBatch(int size) {
        batch = new ArrayList<>();
        endOfBatch = Math.min(texts.size(), next + size);
    }

    public boolean isDone() {
        return next == texts.size();
    }

    @Override
    public @Nullable AsOf<List<ScoredText>> slice(ModelSource models, Deadline deadline) {
        AsOf<LanguageModel> model = queriedModel.of(models);
        Corpus documents = models.model().corpus();
        ScoreBatch scores = buffers.of(model.value());
        while (next < endOfBatch) {
            scoreNext(scores, documents);
            if (deadline.hasPassed()) {
                break;
            }
        }
        return next == endOfBatch ? new AsOf<>(model.step(), batch) : null;
    }

    /// Scores at least one text.
    private void scoreNext(ScoreBatch scores, Corpus documents) {
        int first = next;
        List<@Nullable String> unknown = new ArrayList<>();
        do {
            unknown.add(unknownCharacter(texts.get(next), scores));
            next++;
        } while (next < endOfBatch && !scores.isFull());
        Iterator<Score> computed = scores.scores().iterator();
        for (int i = first; i < next; i++) {
            String text = texts.get(i);
            Boolean known = documents.size() == 0 ? null : documents.contains(text);
            String character = unknown.get(i - first);
            Score score = character == null ? computed.next() : null;
            batch.add(new ScoredText(text, known, score, character));
        }
    }

    /// Adds a text to those that are scored, unless the model does not know one of its characters, which is returned.
    private static @Nullable String unknownCharacter(String text, ScoreBatch scores) {
        try {
            scores.add(text, "text");
            return null;
        } catch (InvalidInputException e) {
            if (e.reason() != InvalidInputException.Reason.UNKNOWN_CHARACTER) {
                throw e;
            }
            return String.valueOf(e.value());
        }
    }
}
