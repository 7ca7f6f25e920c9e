package dev.microgpt.engine;

import java.util.Locale;

/// Translates characters to token ids and back.
///
/// The alphabet is sorted; token id i is its i-th character, and the id after the last one is BOS,
/// which marks both the beginning and the end of a document. A character is a Unicode code point:
/// an emoji is one, not two. Immutable.
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

    /// V: the size of the alphabet, plus one for BOS.
    public int vocabSize() {
        return alphabet.length + 1;
    }

    /// The token id of BOS.
    public int bos() {
        return alphabet.length;
    }

    /// All characters in the order of their token ids.
    public String alphabet() {
        return new String(alphabet, 0, alphabet.length);
    }

    /// The character of a token id, or `<BOS>`.
    ///
    /// @throws IndexOutOfBoundsException if there is no such token
    public String symbol(int tokenId) {
        return tokenId == bos() ? BOS_SYMBOL : Character.toString(alphabet[tokenId]);
    }

    /// The token ids of a text's characters, without BOS.
    ///
    /// @param field what the text is, for the error message
    /// @throws InvalidInputException if the alphabet lacks a character, or the text is not well-formed
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

    /// The text of token ids.
    ///
    /// @throws IndexOutOfBoundsException if a token is not in the alphabet
    public String decode(int[] tokens) {
        StringBuilder text = new StringBuilder(tokens.length);
        for (int token : tokens) {
            text.appendCodePoint(alphabet[token]);
        }
        return text.toString();
    }
}
