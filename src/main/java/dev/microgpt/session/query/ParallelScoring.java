package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.ParallelRunner;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.ScoreBatch;
import dev.microgpt.session.compute.Deadline;

import java.util.Arrays;
import java.util.List;

/// Scores texts, on two threads if there is a second one.
final class ParallelScoring {

    private final ParallelRunner runner;
    private final ScoreBuffers first = new ScoreBuffers();
    private final ScoreBuffers second = new ScoreBuffers();

    ParallelScoring(ParallelRunner runner) {
        this.runner = runner;
    }

    /// Scores texts one after the other until the deadline has passed, and at least one.
    ///
    /// @param texts at least one, all of whose characters the model knows
    /// @return the scores of the first texts
    List<Score> score(LanguageModel model, List<String> texts, Deadline deadline) {
        Scores scores = new Scores(texts, deadline);
        ScoreBatch batch = first.of(model);
        if (runner.isParallel() && batch.isIndependent()) {
            ScoreBatch other = second.of(model);
            runner.runBoth(() -> scores.compute(batch), () -> scores.compute(other));
        } else {
            scores.compute(batch);
        }
        return scores.computed();
    }

    /// The scores of some texts. Each thread scores the next texts until none are left.
    private static final class Scores {

        private final List<String> texts;
        private final Deadline deadline;
        private final Score[] scores;
        private int taken; // by a thread, guarded by this

        Scores(List<String> texts, Deadline deadline) {
            this.texts = texts;
            this.deadline = deadline;
            scores = new Score[texts.size()];
        }

        /// @param batch empty, and used by this thread alone
        void compute(ScoreBatch batch) {
            for (int from = take(batch); from < scores.length; from = take(batch)) {
                List<Score> computed = batch.scores();
                for (int i = 0; i < computed.size(); i++) {
                    scores[from + i] = computed.get(i);
                }
            }
        }

        /// Adds the next texts to an empty batch, unless the deadline has passed.
        ///
        /// @return the index of the first; the number of all texts if there are none
        private synchronized int take(ScoreBatch batch) {
            int from = taken;
            if (from > 0 && deadline.hasPassed()) {
                return scores.length;
            }
            while (taken < scores.length && (taken == from || !batch.isFull())) {
                batch.add(texts.get(taken), "text");
                taken++;
            }
            return from;
        }

        private synchronized List<Score> computed() {
            return Arrays.asList(scores).subList(0, taken);
        }
    }
}
