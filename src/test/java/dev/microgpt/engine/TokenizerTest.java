package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.engine.InvalidInputException.Reason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenizerTest {

    private final CharTokenizer tokenizer =
            (CharTokenizer) Corpus.of("Zoë\n漢b\uFFFDa\n😀b").tokenizer();

    @Test
    void sortsTheAlphabetByCodePoint() {
        assertThat(tokenizer.alphabet()).isEqualTo("Zaboë漢\uFFFD😀");
    }

    @Test
    void bosComesAfterTheAlphabet() {
        assertThat(tokenizer.bos()).isEqualTo(8);
        assertThat(tokenizer.vocabSize()).isEqualTo(9);
        assertThat(tokenizer.symbol(8)).isEqualTo("<BOS>");
    }

    @Test
    void symbolsAreTheCharactersInTheOrderOfTheirIds() {
        assertThat(tokenizer.symbol(0)).isEqualTo("Z");
        assertThat(tokenizer.symbol(4)).isEqualTo("ë");
        assertThat(tokenizer.symbol(7)).isEqualTo("😀");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 9, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void rejectsATokenIdOutsideTheVocabulary(int tokenId) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> tokenizer.symbol(tokenId));
    }

    @Test
    void encodesAndDecodes() {
        int[] tokens = {7, 2, 1, 0, 0, 5};

        assertThat(tokenizer.encode("😀baZZ漢", "text")).containsExactly(tokens);
        assertThat(tokenizer.decode(tokens)).isEqualTo("😀baZZ漢");
        assertThat(tokenizer.encode("", "text")).isEmpty();
        assertThat(tokenizer.decode(new int[0])).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 8, 9})
    void failsToDecodeTokensOutsideTheAlphabet(int tokenId) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> tokenizer.decode(new int[] {0, tokenId}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "é", "字", "😁", " ", "\uFEFF"})
    void rejectsAnUnknownCharacterAndNamesIt(String character) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> tokenizer.encode("a😀" + character + "b", "prompt"))
                .withMessageContainingAll(
                        "'" + character + "'",
                        "U+%04X".formatted(character.codePointAt(0)),
                        "character 3 of prompt")
                .returns(Reason.UNKNOWN_CHARACTER, InvalidInputException::reason)
                .returns("prompt", InvalidInputException::field)
                .returns(character, InvalidInputException::value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\uD83D", "a\uDE00b", "a\uDE00\uD83D"})
    void rejectsALoneSurrogate(String text) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> tokenizer.encode(text, "prompt"))
                .withMessageContainingAll("surrogate", "character 2 of prompt")
                .returns(Reason.INVALID_TEXT, InvalidInputException::reason)
                .returns("prompt", InvalidInputException::field);
    }
}
