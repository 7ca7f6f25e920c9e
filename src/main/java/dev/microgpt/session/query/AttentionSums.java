package dev.microgpt.session.query;

import org.jspecify.annotations.Nullable;

/// Adds up what one head attends to, position by position.
final class AttentionSums {

    /// The first position that is measured.
    static final int FIRST = 2;

    private int positions;
    private int repeats;
    private double previous;
    private double first;
    private double itself;
    private double sameCharacter;
    private double vowels;
    private double consonants;
    private double entropy;

    /// Adds one position.
    ///
    /// @param t the position, at least [#FIRST]
    /// @param weights how much it attends to each position, (t + 1)
    void add(DocumentCharacters document, int t, double[] weights) {
        positions++;
        previous += weights[t - 1];
        first += weights[0];
        itself += weights[t];
        if (document.isRepeat(t)) {
            repeats++;
        }
        for (int s = 0; s <= t; s++) {
            double weight = weights[s];
            sameCharacter += s < t && document.isSame(s, t) ? weight : 0;
            vowels += document.isVowel(s) ? weight : 0;
            consonants += document.isConsonant(s) ? weight : 0;
            entropy -= weight > 0 ? weight * Math.log(weight) : 0;
        }
    }

    int positions() {
        return positions;
    }

    int repeats() {
        return repeats;
    }

    /// Returns the means; null if nothing was added.
    @Nullable Attention means() {
        return positions == 0
                ? null
                : new Attention(
                        previous / positions,
                        first / positions,
                        itself / positions,
                        repeats == 0 ? null : sameCharacter / repeats,
                        vowels / positions,
                        consonants / positions,
                        entropy / positions);
    }
}
