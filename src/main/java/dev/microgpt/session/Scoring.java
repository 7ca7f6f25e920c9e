package dev.microgpt.session;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Score;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The scores of one call, made one by one on the session's lane.
final class Scoring implements Work<AsOf<List<Score>>> {

    private final List<String> texts;
    private final AskedModel model;
    private final List<Score> scores = new ArrayList<>();

    Scoring(List<String> texts, @Nullable Long step) {
        this.texts = texts;
        model = new AskedModel(step);
    }

    @Override
    public @Nullable AsOf<List<Score>> slice(ActiveSession session, long deadline) {
        AsOf<LanguageModel> asked = model.of(session);
        while (scores.size() < texts.size() && System.nanoTime() < deadline) {
            int i = scores.size();
            scores.add(asked.value().score(texts.get(i), "texts[" + i + "]"));
        }
        return scores.size() == texts.size() ? new AsOf<>(asked.step(), scores) : null;
    }
}
