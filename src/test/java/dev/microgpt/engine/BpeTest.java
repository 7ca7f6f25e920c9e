package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// Holds the byte-pair tokens to [NaiveBpe].
final class BpeTest {

    private static final String NAMES = "anna\nhannah\nan\nannabel\nhanna\nanna";

    private static Tokenization bpe(int vocabSize) {
        return new Tokenization(TokenizerKind.BPE, vocabSize);
    }

    private static BpeTokenizer tokenizer(Corpus corpus) {
        return (BpeTokenizer) corpus.tokenizer();
    }

    private static List<NaiveBpe.Merge> merges(Corpus corpus) {
        int[] merges = tokenizer(corpus).merges();
        return IntStream.range(0, merges.length / 3)
                .mapToObj(
                        i ->
                                new NaiveBpe.Merge(
                                        merges[3 * i], merges[3 * i + 1], merges[3 * i + 2]))
                .toList();
    }

    private static List<Integer> tokens(Corpus corpus, int document) {
        int[] tokens = corpus.tokens(document);
        return Arrays.stream(tokens, 1, tokens.length - 1).boxed().toList();
    }

    private static void requireAgreement(Corpus characters, int vocabSize) {
        List<String> texts =
                IntStream.range(0, characters.size()).mapToObj(characters::document).toList();
        NaiveBpe naive = new NaiveBpe(texts, vocabSize);
        Corpus corpus = characters.tokenised(bpe(vocabSize));

        assertThat(merges(corpus)).isEqualTo(naive.merges());
        assertThat(corpus.tokenizer().vocabSize()).isEqualTo(257 + naive.merges().size());
        Corpus encoded = characters.tokenised(tokenizer(corpus));
        for (int i = 0; i < texts.size(); i++) {
            assertThat(tokens(corpus, i)).isEqualTo(naive.documents().get(i));
            assertThat(tokens(encoded, i)).isEqualTo(naive.documents().get(i));
            assertThat(corpus.document(i)).isEqualTo(texts.get(i));
        }
    }

    @Test
    void mergesEqualThoseOfANaiveImplementation() {
        Random random = new Random(1);
        for (int i = 0; i < 400; i++) {
            requireAgreement(Corpus.of(randomText(random)), 257 + random.nextInt(150));
        }
    }

    /// Returns documents of few different characters, so that pairs chain and overlap.
    private static String randomText(Random random) {
        String alphabet = random.nextBoolean() ? "ab" : "abcé漢😀 ";
        int letters = 1 + random.nextInt(alphabet.codePointCount(0, alphabet.length()));
        StringBuilder text = new StringBuilder("a");
        int length = random.nextInt(300);
        for (int i = 0; i < length; i++) {
            if (random.nextInt(20) == 0) {
                text.append('\n');
            } else {
                int index = alphabet.offsetByCodePoints(0, random.nextInt(letters));
                text.appendCodePoint(alphabet.codePointAt(index));
            }
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "aa", "aaa", "aaaa", "aaaaaaaaaaaaaaa", "ababababab", "abaabaaab"})
    void mergesRunsFromLeftToRight(String text) {
        requireAgreement(Corpus.of(text), 300);
    }

    @Test
    void mergesEqualThoseOfANaiveImplementationInSeveralRounds() {
        Random random = new Random(2);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 6000; i++) {
            text.append((char) ('a' + Math.min(25, (int) Math.abs(6 * random.nextGaussian()))));
            text.append(random.nextInt(9) == 0 ? "\n" : "");
        }
        requireAgreement(Corpus.of(text.toString()), 900);
    }

    @Test
    void noPairSpansTwoDocuments() {
        Corpus corpus = Corpus.of("ab\nab\nab\nb").tokenised(bpe(300));

        assertThat(merges(corpus)).containsExactly(new NaiveBpe.Merge('a', 'b', 3));
    }

    @Test
    void aTextWithoutRepeatedPairsHasOnlyTheBytes() {
        Corpus corpus = Corpus.of("abc").tokenised(bpe(300));

        assertThat(corpus.tokenizer().vocabSize()).isEqualTo(257);
        assertThat(corpus.tokenizer().bos()).isEqualTo(256);
        assertThat(corpus.tokens(0)).containsExactly(256, 'a', 'b', 'c', 256);
    }

    @Test
    void equallyFrequentPairsAreMergedInTheOrderOfTheirIds() {
        Corpus corpus = Corpus.of("zy\nzy\nba\nba\nbc\nbc").tokenised(bpe(300));

        assertThat(merges(corpus))
                .containsExactly(
                        new NaiveBpe.Merge('b', 'a', 2),
                        new NaiveBpe.Merge('b', 'c', 2),
                        new NaiveBpe.Merge('z', 'y', 2));
    }

    @Test
    void everyTextIsDecodedToItself() {
        BpeTokenizer tokenizer = tokenizer(Corpus.of(NAMES + "\né漢é漢").tokenised(bpe(300)));
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            String text = randomUnicode(random);
            int[] tokens = tokenizer.encode(text, "text");
            assertThat(tokenizer.decode(tokens)).isEqualTo(text);
            assertThat(tokenizer.characters(tokens))
                    .isEqualTo(text.codePointCount(0, text.length()));
        }
    }

    private static String randomUnicode(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(12);
        while (text.length() < length) {
            int codePoint =
                    switch (random.nextInt(4)) {
                        case 0 -> "anhbelé漢".charAt(random.nextInt(8));
                        case 1 -> random.nextInt(0x80);
                        case 2 -> random.nextInt(0x1_0000);
                        default -> random.nextInt(Character.MAX_CODE_POINT + 1);
                    };
            if (Character.getType(codePoint) != Character.SURROGATE) {
                text.appendCodePoint(codePoint);
            }
        }
        return text.toString();
    }

    @Test
    void encodesOtherTextsAsANaiveImplementation() {
        Random random = new Random(4);
        for (int i = 0; i < 100; i++) {
            Corpus characters = Corpus.of(randomText(random));
            List<String> texts = new ArrayList<>();
            for (int d = 0; d < characters.size(); d++) {
                texts.add(characters.document(d));
            }
            NaiveBpe naive = new NaiveBpe(texts, 320);
            BpeTokenizer tokenizer = tokenizer(characters.tokenised(bpe(320)));
            String text = randomText(random);

            assertThat(Arrays.stream(tokenizer.encode(text, "text")).boxed().toList())
                    .isEqualTo(naive.encode(text));
        }
    }

    /// Long texts are encoded in another way than short ones.
    @Test
    void aLongTextIsEncodedAsItWasMerged() {
        Random random = new Random(5);
        StringBuilder text = new StringBuilder();
        while (text.length() < 100_000) {
            text.append(random.nextInt(3) == 0 ? "anna " : randomText(random).replace('\n', 'b'));
        }
        Corpus characters = Corpus.of(text.toString());
        Corpus corpus = characters.tokenised(bpe(700));

        assertThat(tokens(characters.tokenised(tokenizer(corpus)), 0)).isEqualTo(tokens(corpus, 0));
        assertThat(corpus.document(0)).isEqualTo(characters.document(0));
    }

    @Test
    void theStepsOfATextLeadToItsTokens() {
        BpeTokenizer tokenizer = tokenizer(Corpus.of(NAMES).tokenised(bpe(300)));

        List<BpeTokenizer.Step> steps = tokenizer.steps("anna han", "text");

        assertThat(steps.getFirst()).isEqualTo(new BpeTokenizer.Step(256, List.of(0, 6)));
        assertThat(steps).extracting(BpeTokenizer.Step::id).isSorted().doesNotHaveDuplicates();
        int merged = steps.stream().mapToInt(step -> step.at().size()).sum();
        assertThat(tokenizer.encode("anna han", "text")).hasSize(8 - merged);
    }

    @Test
    void bytesThatAreNoCharacterAreShownInHexadecimal() {
        Corpus corpus = Corpus.of("漢字漢字\n漢漢\né").tokenised(bpe(300));
        BpeTokenizer tokenizer = tokenizer(corpus);

        assertThat(tokenizer.symbol('a')).isEqualTo("a");
        assertThat(tokenizer.symbol(0xE6)).isEqualTo("<E6>");
        assertThat(tokenizer.symbol(256)).isEqualTo("<BC><A2>");
        assertThat(tokenizer.symbol(257)).isEqualTo("漢");
        assertThat(tokenizer.symbol(tokenizer.bos())).isEqualTo("<BOS>");
        assertThat(tokenizer.decode(new int[] {256, 'a'})).isEqualTo("\uFFFD\uFFFDa");
    }

    @Test
    void refusesALoneSurrogate() {
        BpeTokenizer tokenizer = tokenizer(Corpus.of(NAMES).tokenised(bpe(300)));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> tokenizer.encode("😀\uD800", "prompt"))
                .withMessage("character 2 of prompt is a lone surrogate, \\uD800");
    }

    /// Returns a text in single bytes.
    private static Sample sample(String ascii) {
        return new Sample(ascii, ascii.chars().toArray(), List.of());
    }

    @Test
    void knowsADocumentByItsTextAlone() {
        Corpus corpus = Corpus.of(NAMES).tokenised(bpe(300));

        assertThat(corpus.contains(sample("anna"))).isTrue();
        assertThat(corpus.contains(sample("nn"))).isFalse();
        assertThat(corpus.duplicates()).isEqualTo(1);
    }

    @Test
    void modelsShareTheBytePairsOfTheSameDocuments() {
        Corpus characters = Corpus.of(NAMES);
        Corpus corpus = characters.tokenised(bpe(270));

        assertThat(characters.tokenised(bpe(270))).isSameAs(corpus);
        assertThat(characters.tokenised(bpe(271))).isNotSameAs(corpus);
        assertThat(corpus.tokenised(bpe(270))).isSameAs(corpus);
    }

    @Test
    void tokensAreNotSplitInAnotherWay() {
        Corpus corpus = Corpus.of(NAMES).tokenised(bpe(270));

        for (Tokenization other : List.of(bpe(271), Tokenization.chars())) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> corpus.tokenised(other))
                    .withMessageContaining("already");
        }
    }

    @Test
    void theEstimateCountsThePairs() {
        Random random = new Random(6);
        StringBuilder text = new StringBuilder();
        while (text.length() < 1_000_000) {
            text.append((char) (' ' + 1 + random.nextInt(94)));
        }
        Corpus corpus = Corpus.of(text.toString());

        assertThat(BpeTraining.estimateBytes(corpus, 10_000))
                .isGreaterThan(16_000_000 + 24_000_000);
        assertThat(BpeTraining.estimateBytes(corpus, 512)).isLessThan(40_000_000);
    }

    @Test
    void refusesPositionsThatDoNotFitIntoAnArray() {
        BpeTraining.requirePositions(Integer.MAX_VALUE - 8);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> BpeTraining.requirePositions(Integer.MAX_VALUE - 7L))
                .withMessageContaining("715827879 bytes");
    }

    @Test
    void lengthsAreInTokensAndInCharacters() {
        Corpus characters = Corpus.of("é漢é漢\nabc");
        Corpus corpus = characters.tokenised(bpe(300));

        assertThat(corpus.longest()).isEqualTo(3);
        assertThat(corpus.longestCharacters()).isEqualTo(4);
        assertThat(corpus.characters()).isEqualTo(7);
        assertThat(corpus.suggestedBlockSize(1000)).isEqualTo(4);
        assertThat(characters.longest()).isEqualTo(4);
    }

    @Test
    void aTokenHasAtMost1024Bytes() {
        Corpus corpus = Corpus.of("a".repeat(100_000)).tokenised(bpe(300));

        assertThat(tokenizer(corpus).numMerges()).isEqualTo(10);
        assertThat(corpus.document(0)).isEqualTo("a".repeat(100_000));
    }

    /// The merges are those of 64 letters `a` and of 64 letters `b`, then all pairs of these, of the pairs, and of theirs.
    @Test
    void allTokensTogetherHaveAtMost32Mebibytes() {
        List<int[]> merges = new ArrayList<>();
        List<Integer> longest = new ArrayList<>();
        for (int letter : new int[] {'a', 'b'}) {
            int token = letter;
            for (int bytes = 2; bytes <= 64; bytes *= 2) {
                merges.add(new int[] {token, token, 2});
                token = 255 + merges.size();
            }
            longest.add(token);
        }
        for (int bytes = 128; bytes <= 1024; bytes *= 2) {
            longest = addAllPairs(merges, longest);
        }
        int shorter = 2 * (2 + 4 + 8 + 16 + 32 + 64) + 4 * 128 + 16 * 256 + 256 * 512;
        int most = 2 * 6 + 4 + 16 + 256 + ((1 << 25) - shorter) / 1024;
        int tooMany = most + 1;

        BpeTokenizer largest = BpeTokenizer.of(flat(merges, most));
        assertThat(largest.totalBytes()).isBetween((1L << 25) - 1024, (1L << 25) + 256);
        assertThat(largest.symbol(255 + most)).hasSize(1024);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> BpeTokenizer.of(flat(merges, tooMany)))
                .withMessageContaining("33554432");
    }

    private static List<Integer> addAllPairs(List<int[]> merges, List<Integer> tokens) {
        List<Integer> added = new ArrayList<>();
        for (int left : tokens) {
            for (int right : tokens) {
                merges.add(new int[] {left, right, 2});
                added.add(255 + merges.size());
            }
        }
        return added;
    }

    private static int[] flat(List<int[]> merges, int count) {
        return merges.stream().limit(count).flatMapToInt(Arrays::stream).toArray();
    }

    @Test
    void refusesMergesThatCannotBe() {
        int[][] invalid = {{256, 1, 2}, {1, 2, 1}, {1, 2, 2, 1, 2, 2}, {-1, 2, 2}, {1, 2}};
        for (int[] merges : invalid) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> BpeTokenizer.of(merges));
        }
    }

    @Test
    void aModelOfBytePairsTrainsAndContinuesFromItsCheckpoint() {
        ModelOptions options =
                ModelOptions.builder().tokenizer(TokenizerKind.BPE).vocabSize(280).build();
        MicroGpt model = new MicroGpt(options);
        model.loadData(NAMES);
        model.initParams();
        for (int i = 0; i < 5; i++) {
            model.advance();
        }
        MicroGpt restored = new MicroGpt(model.checkpoint());
        MicroGpt copy = model.copy();
        for (int i = 0; i < 5; i++) {
            double loss = model.advance();
            assertThat(restored.advance()).isEqualTo(loss);
            assertThat(copy.advance()).isEqualTo(loss);
        }
        assertThat(restored.generate(0.5).text()).isEqualTo(model.generate(0.5).text());
    }

    @Test
    void aModelWithoutDocumentsHasItsTokens() {
        MicroGpt model =
                new MicroGpt(
                        ModelOptions.builder().tokenizer(TokenizerKind.BPE).vocabSize(280).build());
        model.loadData(NAMES);
        model.initParams();
        Checkpoint checkpoint = model.checkpoint();
        MicroGpt restored =
                new MicroGpt(
                        new Checkpoint(
                                checkpoint.options(),
                                checkpoint.tokenizer(),
                                0,
                                checkpoint.params(),
                                checkpoint.m(),
                                checkpoint.v(),
                                checkpoint.random(),
                                null,
                                new int[0],
                                0));

        assertThat(restored.score("hannah").surprisals())
                .isEqualTo(model.score("hannah").surprisals());
        assertThat(restored.corpus().tokenizer()).isEqualTo(model.corpus().tokenizer());
    }

    @Test
    void refusesACheckpointOfAnotherTokenizer() {
        MicroGpt model = new MicroGpt();
        model.loadData(NAMES);
        model.initParams();
        Checkpoint checkpoint = model.checkpoint();

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(
                        () ->
                                new Checkpoint(
                                        checkpoint.options(),
                                        BpeTokenizer.of(new int[0]),
                                        0,
                                        checkpoint.params(),
                                        checkpoint.m(),
                                        checkpoint.v(),
                                        checkpoint.random(),
                                        null,
                                        new int[0],
                                        0))
                .withMessageContaining("CHARS");
    }

    @Test
    void bitsPerCharacterAreTheSurprisalOfTheTextAndItsEnd() {
        ModelOptions options =
                ModelOptions.builder().tokenizer(TokenizerKind.BPE).vocabSize(280).build();
        MicroGpt model = new MicroGpt(options);
        model.loadData(NAMES);
        model.initParams();

        Score score = model.score("hanna");

        assertThat(score.surprisals()).hasSizeLessThan(6);
        assertThat(score.bitsPerCharacter()).isEqualTo(-score.logLikelihood() / Math.log(2) / 6);
    }
}
