package dev.microgpt.engine;

import java.util.Locale;

/// Maps characters to token ids and back.
///
/// The alphabet is sorted: token id i is its i-th character, counted from 0. The id after the last
/// character is BOS, which marks both the beginning and the end of a document. A character is a Unicode
/// code point, so that an emoji is one character, not two. Immutable.
public final class Tokenizer {

    private static final String BOS_SYMBOL = "<BOS>";

    private final int[] alphabet; // (V - 1), sorted code points
    private final CodePointMap ids = new CodePointMap();

    /// @param sortedAlphabet distinct code points in ascending order; not copied
    Tokenizer(int[] sortedAlphabet) {
        alphabet = sortedAlphabet;
        for (int id = 0; id < alphabet.length; id++) {
            ids.put(alphabet[id], id);
        }
    }

    /// Returns V: the size of the alphabet, plus one for BOS.
    public int vocabSize() {
        return alphabet.length + 1;
    }

    /// Returns the token id of BOS.
    public int bos() {
        return alphabet.length;
    }

    /// Returns all characters in the order of their token ids.
    public String alphabet() {
        return new String(alphabet, 0, alphabet.length);
    }

    /// Returns the character of a token id, or `<BOS>`.
    ///
    /// @param tokenId 0 to V - 1
    /// @throws IndexOutOfBoundsException if there is no such token
    public String symbol(int tokenId) {
        return tokenId == bos() ? BOS_SYMBOL : Character.toString(alphabet[tokenId]);
    }

    /// Returns the token ids of a text's characters, without BOS.
    ///
    /// @param field name of the text in error messages
    /// @throws InvalidInputException if a character is not in the alphabet, or is a lone surrogate
    public int[] encode(String text, String field) {
        int[] tokens = text.codePoints().toArray();
        for (int i = 0; i < tokens.length; i++) {
            if (Character.getType(tokens[i]) == Character.SURROGATE) {
                throw InvalidInputException.invalidText(
                        field,
                        String.format(
                                Locale.ROOT,
                                "character %d of %s is a lone surrogate, \\u%04X",
                                i + 1,
                                field,
                                tokens[i]));
            }
            int id = ids.get(tokens[i]);
            if (id < 0) {
                String character = Character.toString(tokens[i]);
                throw InvalidInputException.unknownCharacter(
                        field,
                        character,
                        String.format(
                                Locale.ROOT,
                                "the training text has no '%s' (U+%04X, character %d of %s)",
                                character,
                                tokens[i],
                                i + 1,
                                field));
            }
            tokens[i] = id;
        }
        return tokens;
    }

    /// Returns the text of token ids.
    ///
    /// @param tokens ids of characters, without BOS
    /// @throws IndexOutOfBoundsException if an id is not that of a character
    public String decode(int[] tokens) {
        StringBuilder text = new StringBuilder(tokens.length);
        for (int token : tokens) {
            text.appendCodePoint(alphabet[token]);
        }
        return text.toString();
    }
}
