package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Maps characters to token ids and back.
///
/// The alphabet is sorted: token id i is its i-th character, counted from 0. A character is a Unicode code point,
/// so that an emoji is one character, not two. Immutable.
public final class CharTokenizer implements Tokenizer {

    private final int[] alphabet; // (V - 1), sorted code points
    private final CodePointMap ids = new CodePointMap();

    /// @param sortedAlphabet distinct code points in ascending order; not copied
    CharTokenizer(int[] sortedAlphabet) {
        alphabet = sortedAlphabet;
        for (int id = 0; id < alphabet.length; id++) {
            ids.put(alphabet[id], id);
        }
    }

    /// Returns the tokenizer of an alphabet.
    ///
    /// @param alphabet the characters in the order of their token ids: ascending code points
    /// @throws InvalidInputException if they are not
    public static CharTokenizer of(String alphabet) {
        if (alphabet.codePointCount(0, alphabet.length()) >= Corpus.MAX_VOCABULARY) {
            throw InvalidInputException.outOfRange(
                    "alphabet", null, null, null, "there must be at most 65535 characters");
        }
        int previous = -1;
        for (int i = 0; i < alphabet.length(); i += Character.charCount(alphabet.codePointAt(i))) {
            int codePoint = alphabet.codePointAt(i);
            if (Character.getType(codePoint) == Character.SURROGATE || codePoint <= previous) {
                throw InvalidInputException.outOfRange(
                        "alphabet",
                        null,
                        null,
                        null,
                        "the characters must be distinct, in ascending code points");
            }
            previous = codePoint;
        }
        return new CharTokenizer(alphabet.codePoints().toArray());
    }

    /// Returns a tokenizer with the characters of this one and of another one; this one if the other one has no more.
    ///
    /// @throws InvalidInputException if there are too many for the tokens of a corpus
    CharTokenizer plus(CharTokenizer other) {
        int[] added = other.unknownTo(this);
        if (added.length == 0) {
            return this;
        }
        int size = alphabet.length + added.length;
        if (size >= Corpus.MAX_VOCABULARY) {
            throw InvalidInputException.tooLarge(
                    "vocabulary",
                    Corpus.MAX_VOCABULARY,
                    String.format(
                            Locale.ROOT,
                            "the model and the text have %d distinct characters together, and at most"
                                    + " %d are possible",
                            size,
                            Corpus.MAX_VOCABULARY - 1));
        }
        int[] all = Arrays.copyOf(alphabet, size);
        System.arraycopy(added, 0, all, alphabet.length, added.length);
        Arrays.sort(all);
        return new CharTokenizer(all);
    }

    /// Returns the characters that another tokenizer does not have, ascending.
    int[] unknownTo(CharTokenizer other) {
        return Arrays.stream(alphabet).filter(character -> other.idOf(character) < 0).toArray();
    }

    /// Returns the token id of a character; -1 if it has none.
    int idOf(int codePoint) {
        return ids.get(codePoint);
    }

    @Override
    public TokenizerKind kind() {
        return TokenizerKind.CHARS;
    }

    @Override
    public int vocabSize() {
        return alphabet.length + 1;
    }

    /// Returns all characters in the order of their token ids.
    public String alphabet() {
        return new String(alphabet, 0, alphabet.length);
    }

    @Override
    public long totalBytes() {
        return alphabet().getBytes(StandardCharsets.UTF_8).length;
    }

    /// Returns the character of a token.
    ///
    /// @param tokenId 0 to V - 2
    int codePoint(int tokenId) {
        return alphabet[tokenId];
    }

    @Override
    public String symbol(int tokenId) {
        return tokenId == bos() ? BOS_SYMBOL : Character.toString(alphabet[tokenId]);
    }

    /// Returns the token ids of a text's characters, without BOS.
    ///
    /// @param field name of the text in error messages
    /// @throws InvalidInputException if a character is not in the alphabet, or is a lone surrogate
    @Override
    public int[] encode(String text, String field) {
        int[] tokens = text.codePoints().toArray();
        for (int i = 0; i < tokens.length; i++) {
            if (Character.getType(tokens[i]) == Character.SURROGATE) {
                throw Tokenizer.loneSurrogate(field, i, tokens[i]);
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

    @Override
    public String decode(int[] tokens) {
        StringBuilder text = new StringBuilder(tokens.length);
        for (int token : tokens) {
            text.appendCodePoint(alphabet[token]);
        }
        return text.toString();
    }

    @Override
    public int characters(int[] tokens) {
        return tokens.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CharTokenizer that && Arrays.equals(alphabet, that.alphabet);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(alphabet);
    }
}
