package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Computes the scores of texts that may have unknown characters, batch by batch.
public final class TextScoring implements Query<AsOf<List<ScoredText>>> {

    private final List<String> texts;
    private final QueriedModel queriedModel;
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
        while (next < endOfBatch) {
            batch.add(scored(texts.get(next), model.value(), documents));
            next++;
            if (deadline.hasPassed()) {
                break;
            }
        }
        return next == endOfBatch ? new AsOf<>(model.step(), batch) : null;
    }

    private static ScoredText scored(String text, LanguageModel model, Corpus documents) {
        Boolean known = documents.size() == 0 ? null : documents.contains(text);
        try {
            return new ScoredText(text, known, model.score(text), null);
        } catch (InvalidInputException e) {
            if (e.reason() != InvalidInputException.Reason.UNKNOWN_CHARACTER) {
                throw e;
            }
            return new ScoredText(text, known, null, String.valueOf(e.value()));
        }
    }
}
