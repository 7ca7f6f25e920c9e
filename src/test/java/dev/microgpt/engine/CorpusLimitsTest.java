package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.microgpt.engine.Corpus.Limits;
import dev.microgpt.engine.InvalidInputException.Reason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.IntStream;

final class CorpusLimitsTest {

    private static final int ALL = Integer.MAX_VALUE;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice\nbob",
                "é漢😀",
                "  a  \n\n\n",
                "\u007F\u0080\u07FF\u0800\uFFFF\uD800\uDC00"
            })
    void acceptsATextOfExactlyMaxBytes(String text) throws IOException {
        int bytes = text.getBytes(UTF_8).length;

        assertAccepted(text, new Limits(bytes, ALL, 65_536));
        assertRejected(text, new Limits(bytes - 1, ALL, 65_536), "textBytes", bytes - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_535, 65_536, 65_537, 131_072})
    void acceptsAStreamOfExactlyMaxBytes(int bytes) throws IOException {
        String text = "a".repeat(bytes);

        assertAccepted(text, new Limits(bytes, ALL, 65_536));
        assertRejected(text, new Limits(bytes - 1, ALL, 65_536), "textBytes", bytes - 1);
    }

    @Test
    void stopsReadingSoonAfterMaxBytes() {
        long[] served = {0};
        InputStream endless =
                new InputStream() {
                    @Override
                    public int read() {
                        served[0]++;
                        return ' ';
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) {
                        Arrays.fill(buffer, offset, offset + length, (byte) ' ');
                        served[0] += length;
                        return length;
                    }
                };

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Corpus.read(endless, new Limits(100_000, ALL, 65_536)))
                .returns(Reason.TOO_LARGE, InvalidInputException::reason);
        assertThat(served[0]).isLessThan(300_000);
    }

    @Test
    void acceptsExactlyMaxDocuments() throws IOException {
        String three = "a\n\n b\n  \nc\n\n";

        assertAccepted(three, new Limits(ALL, 3, 65_536));
        assertRejected(three, new Limits(ALL, 2, 65_536), "documents", 2);
        assertRejected("a\nb", new Limits(ALL, 1, 65_536), "documents", 1);
    }

    @Test
    void acceptsExactlyMaxVocabularyIncludingBos() throws IOException {
        String fourCharacters = "abab\ncab\n 😀ab";

        assertAccepted(fourCharacters, new Limits(ALL, ALL, 5));
        assertRejected(fourCharacters, new Limits(ALL, ALL, 4), "vocabulary", 4);
        assertAccepted("aaaa", new Limits(ALL, ALL, 2));
        assertRejected("ab", new Limits(ALL, ALL, 2), "vocabulary", 2);
    }

    @Test
    void doesNotCountTrimmedSpaceInTheVocabulary() throws IOException {
        assertAccepted(" \ta\u3000\r\n\uFEFF", new Limits(ALL, ALL, 2));
    }

    @Test
    void withoutLimitsThereMayBe65535DifferentCharacters() throws IOException {
        int[] characters = IntStream.range(0x10000, 0x10000 + 65_535).toArray();
        String all = new String(characters, 0, characters.length);

        Corpus corpus = Corpus.of(all);

        assertThat(corpus.tokenizer().vocabSize()).isEqualTo(65_536);
        assertThat(corpus.tokenizer().bos()).isEqualTo(65_535);
        assertThat(corpus.document(0)).isEqualTo(all);
        assertThat(corpus.tokenizer().encode(all, "text"))
                .containsExactly(IntStream.range(0, 65_535).toArray());
        assertRejected(all + "a", Limits.NONE, "vocabulary", 65_536);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 2, maxBytes",
        "-1, 1, 2, maxBytes",
        "1, 0, 2, maxDocuments",
        "1, 1, 1, maxVocabulary",
        "1, 1, 65537, maxVocabulary",
    })
    void rejectsLimitsOutOfRange(long maxBytes, int maxDocuments, int maxVocabulary, String field) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new Limits(maxBytes, maxDocuments, maxVocabulary))
                .withMessageContaining(field)
                .returns(Reason.OUT_OF_RANGE, InvalidInputException::reason)
                .returns(field, InvalidInputException::field);
    }

    private static void assertAccepted(String text, Limits limits) throws IOException {
        assertThat(Corpus.of(text, limits).size()).isPositive();
        assertThat(Corpus.read(stream(text), limits).size()).isPositive();
    }

    private static void assertRejected(String text, Limits limits, String field, long max) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Corpus.of(text, limits))
                .returns(Reason.TOO_LARGE, InvalidInputException::reason)
                .returns(field, InvalidInputException::field)
                .returns(max, InvalidInputException::max);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Corpus.read(stream(text), limits))
                .returns(Reason.TOO_LARGE, InvalidInputException::reason)
                .returns(field, InvalidInputException::field)
                .returns(max, InvalidInputException::max);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
}
