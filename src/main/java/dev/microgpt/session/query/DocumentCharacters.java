package dev.microgpt.session.query;

import dev.microgpt.engine.Tokenizer;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// The characters of a document that the model reads at its positions: BOS first.
final class DocumentCharacters {

    private static final String VOWELS = "aeiou";

    private final int[] tokens; // (T)
    private final boolean[] repeats; // (T)
    private final boolean[] vowels; // (T)
    private final boolean[] consonants; // (T)

    /// @param tokens the token ids, beginning with BOS
    DocumentCharacters(int[] tokens, Tokenizer tokenizer) {
        this.tokens = tokens;
        repeats = new boolean[tokens.length];
        vowels = new boolean[tokens.length];
        consonants = new boolean[tokens.length];
        Set<Integer> seen = new HashSet<>();
        for (int t = 1; t < tokens.length; t++) {
            repeats[t] = !seen.add(tokens[t]);
            String symbol = tokenizer.symbol(tokens[t]).toLowerCase(Locale.ROOT);
            char letter = symbol.length() == 1 ? symbol.charAt(0) : ' ';
            vowels[t] = VOWELS.indexOf(letter) >= 0;
            consonants[t] = letter >= 'a' && letter <= 'z' && !vowels[t];
        }
    }

    /// Returns whether the character at a position also occurs at an earlier one.
    boolean isRepeat(int t) {
        return repeats[t];
    }

    boolean isSame(int s, int t) {
        return tokens[s] == tokens[t];
    }

    boolean isVowel(int t) {
        return vowels[t];
    }

    boolean isConsonant(int t) {
        return consonants[t];
    }
}
