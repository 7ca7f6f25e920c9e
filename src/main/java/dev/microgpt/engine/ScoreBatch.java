package dev.microgpt.engine;

import java.util.ArrayList;
import java.util.List;

/// Scores texts, as many at a time as are fast together. The scores are those of [LanguageModel#score(String)], to the bit.
/// Not thread-safe.
///
/// ```java
/// ScoreBatch batch = new ScoreBatch(model);
/// for (String text : texts) {
///     batch.add(text, "text");
///     if (batch.isFull()) {
///         scores.addAll(batch.scores());
///     }
/// }
/// scores.addAll(batch.scores());
/// ```
public final class ScoreBatch {

    private final LanguageModel model;
    private final Predictor.BatchLosses batchLosses;
    private final List<String> texts = new ArrayList<>();
    private final List<int[]> sequences = new ArrayList<>();
    private int positions;

    /// @param model must not be trained while there are texts in the batch
    public ScoreBatch(LanguageModel model) {
        this.model = model;
        batchLosses = model.batchLosses();
    }

    /// Adds a text.
    ///
    /// @param field name of the text in error messages
    /// @throws InvalidInputException if the text has an unknown character; the text is not added then
    public void add(String text, String field) {
        int[] tokens = model.withBos(text, field);
        texts.add(text);
        sequences.add(tokens);
        positions += Math.min(tokens.length - 1, model.blockSize());
    }

    /// Returns whether it is time to compute the scores.
    public boolean isFull() {
        return positions + model.blockSize() > batchLosses.positions();
    }

    /// Returns whether several batches of this model may compute scores at the same time, each on a thread of its own.
    public boolean isIndependent() {
        return batchLosses.positions() > 1;
    }

    /// Computes the scores of the added texts, and removes these.
    ///
    /// @return in the order in which the texts were added
    /// @throws DivergedException if a likelihood or a perplexity is not finite
    public List<Score> scores() {
        List<Score> scores = new ArrayList<>(texts.size());
        if (!texts.isEmpty()) {
            double[][] losses = batchLosses.losses(sequences.toArray(int[][]::new));
            for (int i = 0; i < losses.length; i++) {
                scores.add(model.score(texts.get(i), sequences.get(i), losses[i]));
            }
        }
        texts.clear();
        sequences.clear();
        positions = 0;
        return scores;
    }
}
