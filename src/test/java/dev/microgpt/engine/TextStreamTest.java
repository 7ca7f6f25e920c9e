package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.microgpt.engine.architecture.Preset;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.support.SharesNothing;
import dev.microgpt.support.TwoThreads;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Texts that are generated many at a time are those that are generated one by one.
@SharesNothing
final class TextStreamTest {

    private static final GenerateOptions DEFAULTS = GenerateOptions.defaults();

    private static MicroGpt names(ModelOptions.Builder options) throws IOException {
        MicroGpt model = new MicroGpt(options.build());
        try (InputStream names = MicroGpt.class.getResourceAsStream("/datasets/names.txt")) {
            model.loadData(Corpus.read(Objects.requireNonNull(names), Corpus.Limits.NONE));
        }
        model.initParams();
        for (int i = 0; i < 300; i++) {
            model.advance();
        }
        return model;
    }

    private static ModelOptions.Builder options() {
        return ModelOptions.builder();
    }

    private static boolean hasSimd() {
        return MicroGpt.kernels().contains("SIMD");
    }

    /// Returns texts that are generated many at a time.
    private static List<Sample> stream(
            MicroGpt model, GenerateOptions generateOptions, RandomSource source, int count) {
        return texts(model, new TextStream(generateOptions), source, count);
    }

    private static List<Sample> texts(
            MicroGpt model, TextStream stream, RandomSource source, int count) {
        List<Sample> texts = new ArrayList<>();
        while (texts.size() < count) {
            int rest = count - texts.size();
            texts.addAll(stream.next(model.languageModel(), source, Math.min(rest, 300), rest));
        }
        return texts;
    }

    private static void requireSame(MicroGpt model, GenerateOptions generateOptions, int count) {
        RandomSource together = model.newRandom(1);
        RandomSource alone = model.newRandom(1);

        List<Sample> texts = stream(model, generateOptions, together, count);

        for (int i = 0; i < count; i++) {
            Sample expected = model.generate(generateOptions, alone);
            if (!expected.text().equals(texts.get(i).text())) {
                assertThat(texts.get(i).text()).as("text %d", i).isEqualTo(expected.text());
            }
            if (!Arrays.equals(expected.tokens(), texts.get(i).tokens())) {
                assertThat(texts.get(i).tokens()).as("text %d", i).isEqualTo(expected.tokens());
            }
        }
        assertThat(together.words()).isEqualTo(alone.words());
    }

    @Test
    void aHundredThousandTextsAreTheSame() throws IOException {
        requireSame(names(options()), DEFAULTS, 100_000);
    }

    @ParameterizedTest
    @MethodSource("models")
    void twoThreadsGenerateTheSame(ModelOptions.Builder options) throws IOException {
        assumeTrue(hasSimd());
        MicroGpt model = names(options);
        TwoThreads threads = new TwoThreads();
        RandomSource one = model.newRandom(1);
        RandomSource two = model.newRandom(1);

        List<Sample> expected = texts(model, new TextStream(DEFAULTS), one, 50_000);
        List<Sample> texts = texts(model, new TextStream(DEFAULTS, threads), two, 50_000);

        assertThat(texts.stream().map(Sample::text).toList())
                .isEqualTo(expected.stream().map(Sample::text).toList());
        assertThat(two.words()).isEqualTo(one.words());
        assertThat(threads.runs()).isPositive();
    }

    static Stream<ModelOptions.Builder> models() {
        return Stream.of(
                options().nLayer(2),
                options().nEmbd(8).nHead(2),
                options().nEmbd(32).nHead(1),
                options().nEmbd(64).nLayer(2),
                options().nEmbd(24).nHead(3).blockSize(7),
                options().random(RandomKind.PYTHON),
                options().preset(Preset.GPT2),
                options().preset(Preset.LLAMA),
                options().tokenizer(TokenizerKind.BPE).vocabSize(300));
    }

    @ParameterizedTest
    @MethodSource("models")
    void soAreThoseOfOtherModels(ModelOptions.Builder options) throws IOException {
        requireSame(names(options), DEFAULTS, 10_000);
    }

    static Stream<GenerateOptions> generateOptions() {
        return Stream.of(
                DEFAULTS.withTemperature(1),
                DEFAULTS.withTemperature(0.01),
                DEFAULTS.withTemperature(1e-30),
                DEFAULTS.withTemperature(1e-300),
                DEFAULTS.withTemperature(0),
                DEFAULTS.withTemperature(1000),
                DEFAULTS.withTopK(3),
                DEFAULTS.withTopK(1),
                DEFAULTS.withTopP(0.8).withTemperature(1),
                DEFAULTS.withPrompt("jo"),
                DEFAULTS.withPrompt("abcdefghijklmno"),
                DEFAULTS.withPrompt("abcdefghijklmnop"));
    }

    @ParameterizedTest
    @MethodSource("generateOptions")
    void soAreThoseWithOtherOptions(GenerateOptions generateOptions) throws IOException {
        requireSame(names(options()), generateOptions, 3_000);
    }

    @Test
    void theReferenceEngineGeneratesThemOneByOne() {
        MicroGpt model = SmallModels.trained(SmallModels.NAMES);

        requireSame(model, DEFAULTS, 600);
    }

    /// The tokens of many texts are computed at once, but of a changed model nothing is used.
    @Test
    void theModelMayBeTrainedAndTheGeneratorUsedInBetween() throws IOException {
        MicroGpt model = names(options());
        RandomSource together = model.newRandom(1);
        RandomSource alone = model.newRandom(1);
        TextStream stream = new TextStream(DEFAULTS);
        for (int i = 0; i < 100; i++) {
            for (Sample text : stream.next(model.languageModel(), together, 100, 10_000)) {
                assertThat(text.text()).isEqualTo(model.generate(DEFAULTS, alone).text());
            }
            if (i % 3 == 0) {
                model.advance();
            }
            if (i % 7 == 0) {
                assertThat(together.random()).isEqualTo(alone.random());
            }
        }
    }

    @Test
    void textsAreGeneratedOneByOneIfChainsDoNotMerge() throws IOException {
        assumeTrue(hasSimd());
        MicroGpt model = names(options());
        TextStream stream = new TextStream(DEFAULTS.withTemperature(0.001));
        RandomSource source = model.newRandom(1);
        RandomSource alone = model.newRandom(1);
        int texts = 0;
        while (texts < 20_000 && !stream.isOneByOne()) {
            for (Sample text : stream.next(model.languageModel(), source, 100, 20_000)) {
                assertThat(text.text())
                        .isEqualTo(model.generate(DEFAULTS.withTemperature(0.001), alone).text());
                texts++;
            }
        }
        assertThat(stream.isOneByOne()).isTrue();
    }

    @Test
    void textsOfANewModelAreGeneratedManyAtATime() throws IOException {
        assumeTrue(hasSimd());
        MicroGpt model = names(options());
        TextStream stream = new TextStream(DEFAULTS);
        RandomSource source = model.newRandom(1);
        int texts = 0;
        while (texts < 20_000) {
            texts += stream.next(model.languageModel(), source, 100, 20_000 - texts).size();
        }
        assertThat(stream.isOneByOne()).isFalse();
    }

    @Test
    void logitsThatOverflowFailAsTheyDoOneByOne() throws IOException {
        MicroGpt model = names(options().embeddingNorm(false));
        double[] params = model.checkpoint().params().clone();
        Arrays.fill(params, 26 * 16, 27 * 16, 3e38); // the embedding of BOS
        Arrays.fill(params, 43 * 16, 44 * 16, 10); // the output row of 'a'
        MicroGpt broken = new MicroGpt(withParams(model.checkpoint(), params));

        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> stream(broken, DEFAULTS, broken.newRandom(1), 1000));
    }

    @Test
    void logitsThatNeedDoublePrecisionGiveTheSameTexts() throws IOException {
        MicroGpt model = names(options());
        double[] params = model.checkpoint().params().clone();
        for (int i = 43 * 16; i < 70 * 16; i++) {
            params[i] *= 1e16; // the output layer
        }

        requireSame(new MicroGpt(withParams(model.checkpoint(), params)), DEFAULTS, 1000);
    }

    private static Checkpoint withParams(Checkpoint checkpoint, double[] params) {
        return new Checkpoint(
                checkpoint.options(),
                checkpoint.tokenizer(),
                checkpoint.step(),
                params,
                checkpoint.m(),
                checkpoint.v(),
                checkpoint.random(),
                checkpoint.documents(),
                checkpoint.order(),
                checkpoint.nextDocument());
    }

    @Test
    void badOptionsAreRefusedAsTheyAreOneByOne() {
        MicroGpt model =
                SmallModels.ready(SmallModels.options().engine(EngineKind.TENSOR).build(), "abc");
        RandomSource source = model.newRandom(1);
        TextStream unknown = new TextStream(DEFAULTS.withPrompt("x"));
        TextStream tooLong = new TextStream(DEFAULTS.withPrompt("abcabcabc"));
        TextStream stream = new TextStream(DEFAULTS);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> unknown.next(model.languageModel(), source, 1000, 1000))
                .withMessageContaining("'x'");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> tooLong.next(model.languageModel(), source, 1000, 1000))
                .withMessageContaining("blockSize (8)");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> stream.next(model.languageModel(), source, 0, 1000))
                .withMessageContaining("most");
    }

    @Test
    void estimatesItsMemory() {
        ModelOptions small = options().build();
        ModelOptions large = options().nEmbd(1024).nLayer(64).blockSize(1024).build();

        ParallelRunner one = ParallelRunner.SEQUENTIAL;
        long bytes = TextStream.estimateBytes(small, 27, one);

        assertThat(bytes).isBetween(2_000_000L, 4_000_000L);
        assertThat(TextStream.estimateBytes(large, 27, one)).isLessThan(bytes);
        assertThat(TextStream.estimateBytes(small, 27, new TwoThreads()))
                .isBetween(bytes, 2 * bytes);
    }
}
