package dev.microgpt.engine;

import java.util.Locale;

/// Maps texts to token ids and back. Ids are counted from 0; the last one is BOS, which marks both the beginning
/// and the end of a document. Immutable. Tokenizers are equal if they have the same tokens.
public sealed interface Tokenizer permits CharTokenizer, BpeTokenizer {

    /// The text of BOS.
    String BOS_SYMBOL = "<BOS>";

    TokenizerKind kind();

    /// Returns V: the number of tokens, BOS included.
    int vocabSize();

    /// Returns the token id of BOS.
    default int bos() {
        return vocabSize() - 1;
    }

    /// Returns the length of the texts of all tokens together, in bytes of UTF-8.
    long totalBytes();

    /// Returns the text of a token, or `<BOS>`.
    ///
    /// @param tokenId 0 to V - 1
    /// @throws IndexOutOfBoundsException if there is no such token
    String symbol(int tokenId);

    /// Returns the token ids of a text, without BOS.
    ///
    /// @param field name of the text in error messages
    /// @throws InvalidInputException if a character has no token, or is a lone surrogate
    int[] encode(String text, String field);

    /// Returns the text of token ids. For each text that can be encoded, it reverses [#encode].
    ///
    /// @param tokens ids without BOS
    /// @throws IndexOutOfBoundsException if an id is BOS or that of no token
    String decode(int[] tokens);

    /// Returns how many characters begin in a sequence of tokens.
    ///
    /// @param tokens ids without BOS
    int characters(int[] tokens);

    /// Returns the refusal of a lone surrogate.
    ///
    /// @param index index of the character in the text, counted from 0
    static InvalidInputException loneSurrogate(String field, int index, int codePoint) {
        return InvalidInputException.invalidText(
                field,
                String.format(
                        Locale.ROOT,
                        "character %d of %s is a lone surrogate, \\u%04X",
                        index + 1,
                        field,
                        codePoint));
    }
}
