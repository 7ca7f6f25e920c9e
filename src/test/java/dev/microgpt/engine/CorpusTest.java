package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.engine.InvalidInputException.Reason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

final class CorpusTest {

    /// White space and line terminators of ECMA-262, except for line feed.
    private static final String JAVASCRIPT_SPACE =
            "\t\u000B\f\r \u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
                    + "\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";

    static IntStream javaScriptSpace() {
        return JAVASCRIPT_SPACE.chars();
    }

    @Test
    void splitsLinesIntoDocumentsInTextOrder() {
        assertThat(documents("bob\nalice\ncharlie\nbob"))
                .containsExactly("bob", "alice", "charlie", "bob");
        assertThat(documents("bob\nalice\n")).containsExactly("bob", "alice");
        assertThat(documents("bob")).containsExactly("bob");
    }

    @ParameterizedTest
    @MethodSource("javaScriptSpace")
    void trimsWhatJavaScriptTrims(int space) {
        String s = Character.toString(space);

        assertThat(documents(s + "a" + s + s + "\n" + s + s + "b")).containsExactly("a", "b");
        assertThat(documents("a\n" + s + "\nb")).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x1C, 0x1D, 0x1E, 0x1F, 0x85, 0x180E, 0x200B, 0x2060, 0xFFFE})
    void trimsNothingElse(int character) {
        String s = Character.toString(character);

        assertThat(documents(s + "a" + s + "\n" + s)).containsExactly(s + "a" + s, s);
    }

    @ParameterizedTest
    @MethodSource("javaScriptSpace")
    void keepsSpaceInsideADocument(int space) {
        String document = "a" + Character.toString(space).repeat(2) + "b";

        assertThat(documents(" " + document + " \nc")).containsExactly(document, "c");
    }

    @Test
    void keepsLongSpaceInsideADocumentAndDropsItAtTheEnd() {
        String space = " \t\u3000".repeat(10_000);

        assertThat(documents(space + "a" + space + "b" + space + "\n" + space + "c"))
                .containsExactly("a" + space + "b", "c");
    }

    @Test
    void acceptsWindowsLineEnds() {
        assertThat(documents("alice\r\nbob\r\n\r\ncharlie\r\n"))
                .containsExactly("alice", "bob", "charlie");
    }

    @Test
    void dropsBlankLines() {
        assertThat(documents("\n\n  \nalice\n\n\t\r\nbob\n \n\n")).containsExactly("alice", "bob");
    }

    @Test
    void dropsAByteOrderMark() {
        assertThat(documents("\uFEFFalice\nbob")).containsExactly("alice", "bob");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", " ", "\r\n\r\n", " \t\n\u00A0\n\uFEFF\n\u2028"})
    void rejectsATextWithoutDocuments(String text) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Corpus.of(text))
                .withMessageContaining("no documents")
                .returns(Reason.INVALID_TEXT, InvalidInputException::reason)
                .returns("text", InvalidInputException::field);
    }

    @ParameterizedTest
    @CsvSource({
        "\uD800, 0, D800",
        "a\uDC00b, 1, DC00",
        "ab\uD83D, 2, D83D",
        "\uDE00\uD83D, 0, DE00",
        "\uD83D\uDE00\uD83Dx, 2, D83D",
        "\uD83D\uD83D\uDE00, 0, D83D",
    })
    void rejectsALoneSurrogateAndReportsTheIndex(String text, int index, String surrogate) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Corpus.of(text))
                .withMessageContainingAll("surrogate", surrogate, "index " + index)
                .returns(Reason.INVALID_TEXT, InvalidInputException::reason)
                .returns("text", InvalidInputException::field);
    }

    @Test
    void encodesASupplementaryCharacterAsOneToken() {
        Corpus corpus = Corpus.of("a😀😀");

        assertThat(corpus.tokenizer().vocabSize()).isEqualTo(3);
        assertThat(corpus.tokens(0)).containsExactly(2, 0, 1, 1, 2);
        assertThat(corpus.document(0)).isEqualTo("a😀😀");
        assertThat(corpus.longest()).isEqualTo(3);
    }

    @Test
    void returnsTokenIdsWithBosAtBothEnds() {
        Corpus corpus = Corpus.of("cab\nb");

        assertThat(corpus.tokens(0)).containsExactly(3, 2, 0, 1, 3);
        assertThat(corpus.tokens(1)).containsExactly(3, 1, 3);
    }

    @Test
    void returnsACopyOfTheTokens() {
        Corpus corpus = Corpus.of("abc");

        Arrays.fill(corpus.tokens(0), 0);

        assertThat(corpus.tokens(0)).containsExactly(3, 0, 1, 2, 3);
    }

    @Test
    void returnsTheLengthOfTheLongestDocument() {
        assertThat(Corpus.of("a\n  abcd  \nabc").longest()).isEqualTo(4);
        assertThat(Corpus.of("abcd\na").longest()).isEqualTo(4);
        assertThat(Corpus.of("a\nabcd").longest()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, Integer.MAX_VALUE})
    void rejectsADocumentIndexOutOfRange(int index) {
        Corpus corpus = Corpus.of("alice\nbob");

        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> corpus.document(index));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> corpus.tokens(index));
    }

    @Test
    void splitsRandomTextsAsJavaScriptDoes() {
        int[] characters =
                (JAVASCRIPT_SPACE + "\n\n\n\n\n\n\n\nabcdefgh\u0085éß漢😀").codePoints().toArray();
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder("x");
            random.ints(random.nextInt(200), 0, characters.length)
                    .forEach(c -> text.appendCodePoint(characters[c]));

            Corpus corpus = Corpus.of(text.toString());

            assertThat(documents(corpus)).isEqualTo(javaScriptLines(text.toString()));
            for (int d = 0; d < corpus.size(); d++) {
                int[] tokens = corpus.tokens(d);
                int[] inner = Arrays.copyOfRange(tokens, 1, tokens.length - 1);
                assertThat(corpus.tokenizer().decode(inner)).isEqualTo(corpus.document(d));
                assertThat(corpus.tokenizer().encode(corpus.document(d), "text"))
                        .containsExactly(inner);
            }
        }
    }

    /// text.split('\n').map(l => l.trim()).filter(l => l.length > 0)
    private static List<String> javaScriptLines(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            int start = 0;
            int end = line.length();
            while (start < end && JAVASCRIPT_SPACE.indexOf(line.charAt(start)) >= 0) {
                start++;
            }
            while (start < end && JAVASCRIPT_SPACE.indexOf(line.charAt(end - 1)) >= 0) {
                end--;
            }
            if (start < end) {
                lines.add(line.substring(start, end));
            }
        }
        return lines;
    }

    private static List<String> documents(String text) {
        return documents(Corpus.of(text));
    }

    private static List<String> documents(Corpus corpus) {
        return IntStream.range(0, corpus.size()).mapToObj(corpus::document).toList();
    }
}
