package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Score;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The scores of one call's texts, computed one by one.
public final class Scoring implements Query<AsOf<List<Score>>> {

    private final List<String> texts;
    private final QueriedModel asked;
    private final List<Score> scores = new ArrayList<>();

    /// @param step as of which; null for the present
    public Scoring(List<String> texts, @Nullable Long step) {
        this.texts = texts;
        asked = new QueriedModel(step);
    }

    @Override
    public @Nullable AsOf<List<Score>> slice(ModelSource models, Deadline deadline) {
        AsOf<LanguageModel> model = asked.of(models);
        while (scores.size() < texts.size()) {
            int index = scores.size();
            scores.add(model.value().score(texts.get(index), "texts[" + index + "]"));
            if (deadline.hasPassed()) {
                break;
            }
        }
        return scores.size() == texts.size() ? new AsOf<>(model.step(), scores) : null;
    }
}
