package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.ScoreBatch;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Computes the scores of one call's texts.
public final class Scoring implements Query<AsOf<List<Score>>> {

    private final List<String> texts;
    private final QueriedModel queriedModel;
    private final ScoreBuffers buffers = new ScoreBuffers();
    private final List<Score> scores = new ArrayList<>();

    /// @param step the step to query; null for the current one
    public Scoring(List<String> texts, @Nullable PastStep step) {
        this.texts = texts;
        queriedModel = new QueriedModel(step);
    }

    @Override
    public @Nullable AsOf<List<Score>> slice(ModelSource models, Deadline deadline) {
        AsOf<LanguageModel> model = queriedModel.of(models);
        ScoreBatch batch = buffers.of(model.value());
        while (scores.size() < texts.size()) {
            int next = scores.size();
            do {
                batch.add(texts.get(next), "texts[" + next + "]");
                next++;
            } while (next < texts.size() && !batch.isFull());
            scores.addAll(batch.scores());
            if (deadline.hasPassed()) {
                break;
            }
        }
        return scores.size() == texts.size() ? new AsOf<>(model.step(), scores) : null;
    }
}
