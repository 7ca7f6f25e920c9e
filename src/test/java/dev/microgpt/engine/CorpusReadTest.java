package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.microgpt.engine.Corpus.Limits;
import dev.microgpt.engine.InvalidInputException.Reason;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// Reading UTF-8 from a stream gives the same as [Corpus#of(String)].
@SharesNothing
final class CorpusReadTest {

    /// The size of the buffers that texts are read in.
    private static final int PIECE = 1 << 16;

    /// Positions around the boundaries of the first two buffers.
    private static int[] positions() {
        return IntStream.rangeClosed(0, 2)
                .flatMap(piece -> IntStream.rangeClosed(piece * PIECE - 5, piece * PIECE + 5))
                .filter(position -> position >= 0)
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice\nbob",
                "\uFEFFalice\r\n\r\nZoë\r\n",
                "naïve\n漢字\n😀😀\n",
                " a  b \n\u00A0\n\u0085",
            })
    void readsTheSameAsFromAString(String text) throws IOException {
        assertSame(read(text.getBytes(UTF_8)), Corpus.of(text));
        assertSame(Corpus.read(oneByteAtATime(text.getBytes(UTF_8)), Limits.NONE), Corpus.of(text));
    }

    @Test
    void readsRandomTextsInRandomPieces() throws IOException {
        int[] characters = "\n\n \u00A0abcdefgéß漢字😀𝄞".codePoints().toArray();
        Random random = new Random(1);
        for (int i = 0; i < 20; i++) {
            StringBuilder text = new StringBuilder("x");
            random.ints(random.nextInt(100_000), 0, characters.length)
                    .forEach(c -> text.appendCodePoint(characters[c]));
            byte[] bytes = text.toString().getBytes(UTF_8);

            Corpus expected = Corpus.of(text.toString());

            assertSame(read(bytes), expected);
            assertSame(Corpus.read(inPieces(bytes, random), Limits.NONE), expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"é", "漢", "😀", "\n", " ", "\u00A0"})
    void readsACharacterThatSpansTwoBuffers(String character) throws IOException {
        for (int position : positions()) {
            String text = "a".repeat(position) + character + "b";

            assertSame(read(text.getBytes(UTF_8)), Corpus.of(text));
        }
    }

    @Test
    void readsTheBundledNames() throws IOException {
        try (InputStream names = CorpusReadTest.class.getResourceAsStream("/datasets/names.txt")) {
            Corpus corpus = Corpus.read(names, Limits.NONE);

            assertThat(corpus.size()).isEqualTo(32_257);
            assertThat(alphabet(corpus)).isEqualTo("abcdefghijklmnopqrstuvwxyz");
        }
    }

    /// In order: bytes that never occur in UTF-8, a lone continuation, a lead without continuation, overlong
    /// forms, a surrogate, a code point beyond the last one.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ff",
                "80",
                "c328",
                "e28228",
                "f09f9828",
                "c080",
                "e08080",
                "f0808080",
                "eda080",
                "edb080",
                "f4908080",
                "f8888080",
            })
    void rejectsMalformedBytesAndReportsTheOffset(String hex) {
        for (int position : positions()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes("a".repeat(position).getBytes(UTF_8));
            bytes.writeBytes(HexFormat.of().parseHex(hex));
            bytes.writeBytes("bc\nd".getBytes(UTF_8));

            assertMalformed(new ByteArrayInputStream(bytes.toByteArray()), position);
            if (position < 10) {
                assertMalformed(oneByteAtATime(bytes.toByteArray()), position);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"c3", "e2", "e282", "f0", "f09f", "f09f98"})
    void rejectsACharacterCutOffAtTheEnd(String hex) {
        for (int position : positions()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes("a".repeat(position).getBytes(UTF_8));
            bytes.writeBytes(HexFormat.of().parseHex(hex));

            assertMalformed(new ByteArrayInputStream(bytes.toByteArray()), position);
        }
    }

    @Test
    void reportsTheOffsetInBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("é漢😀\n".repeat(20_000).getBytes(UTF_8)); // 10 bytes each
        bytes.write(0xff);

        assertMalformed(new ByteArrayInputStream(bytes.toByteArray()), 200_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", " \u00A0\r\n\uFEFF"})
    void rejectsATextWithoutDocuments(String text) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> read(text.getBytes(UTF_8)))
                .withMessageContaining("no documents")
                .returns(Reason.INVALID_TEXT, InvalidInputException::reason);
    }

    @Test
    void propagatesReadErrors() {
        InputStream broken =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("cut off");
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        throw new IOException("cut off");
                    }
                };

        assertThatIOException()
                .isThrownBy(() -> Corpus.read(broken, Limits.NONE))
                .withMessage("cut off");
    }

    private static void assertMalformed(InputStream utf8, int offset) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Corpus.read(utf8, Limits.NONE))
                .withMessageContaining("UTF-8")
                .withMessageEndingWith("offset " + offset)
                .returns(Reason.INVALID_TEXT, InvalidInputException::reason)
                .returns("text", InvalidInputException::field);
    }

    private static void assertSame(Corpus actual, Corpus expected) {
        assertThat(alphabet(actual)).isEqualTo(alphabet(expected));
        assertThat(actual.longest()).isEqualTo(expected.longest());
        assertThat(documents(actual)).isEqualTo(documents(expected));
        assertThat(Arrays.deepEquals(tokens(actual), tokens(expected))).as("same tokens").isTrue();
    }

    private static List<String> documents(Corpus corpus) {
        return IntStream.range(0, corpus.size()).mapToObj(corpus::document).toList();
    }

    private static int[][] tokens(Corpus corpus) {
        return IntStream.range(0, corpus.size()).mapToObj(corpus::tokens).toArray(int[][]::new);
    }

    private static Corpus read(byte[] utf8) throws IOException {
        return Corpus.read(new ByteArrayInputStream(utf8), Limits.NONE);
    }

    private static InputStream oneByteAtATime(byte[] bytes) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(1, length));
            }
        };
    }

    private static InputStream inPieces(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(random.nextInt(1, 5000), length));
            }
        };
    }

    private static String alphabet(Corpus corpus) {
        return ((CharTokenizer) corpus.tokenizer()).alphabet();
    }
}
