package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.InvalidInputException.Reason;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.random.SeededRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MicroGptGenerateTest {

    private static final String NAMES = "alice\nbob\ncharlie\ndavid\nemma\nfrank\nZoë😀";
    private static final int BLOCK_SIZE = 8;
    private static final GenerateOptions PLAIN = GenerateOptions.defaults().withTemperature(1);

    private final MicroGpt model = trained();

    /// A model that has learned a little: it is still unsure.
    private static MicroGpt trained() {
        ModelOptions options =
                ModelOptions.builder()
                        .engine(EngineKind.SCALAR)
                        .nEmbd(8)
                        .nHead(2)
                        .blockSize(BLOCK_SIZE)
                        .build();
        MicroGpt model = new MicroGpt(options);
        model.loadData(NAMES);
        model.initParams();
        for (int i = 0; i < 40; i++) {
            model.advance();
        }
        return model;
    }

    private List<String> texts(GenerateOptions options, int count) {
        RandomSource random = new SeededRandom(1);
        return IntStream.range(0, count)
                .mapToObj(_ -> model.generate(options, random).text())
                .toList();
    }

    private static double[] probs(Trace trace) {
        return Objects.requireNonNull(trace.probs());
    }

    @Test
    void stopsAtBosOrAtBlockSize() {
        Set<Integer> lengths = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            Sample sample = model.generate(1);

            lengths.add(sample.tokens().length);
            assertThat(sample.text().codePointCount(0, sample.text().length()))
                    .isEqualTo(sample.tokens().length);
            assertThat(sample.tokens()).doesNotContain(model.corpus().tokenizer().bos());
            assertThat(sample.vizData()).hasSize(Math.min(BLOCK_SIZE, sample.tokens().length + 1));
        }
        assertThat(lengths).contains(BLOCK_SIZE, BLOCK_SIZE - 1).allMatch(n -> n <= BLOCK_SIZE);
    }

    @Test
    void tracesShowWhatEachPositionSees() {
        Sample sample = model.generate(PLAIN.withPrompt("alice").withViz(true));

        for (int t = 0; t < sample.vizData().size(); t++) {
            Trace trace = sample.vizData().get(t);
            assertThat(trace.embedding()).hasSize(8);
            assertThat(trace.mlpActivations().length).isEqualTo(1);
            assertThat(trace.mlpActivations()[0]).hasSize(32);
            assertThat(trace.attentionWeights().length).isEqualTo(1);
            assertThat(trace.attentionWeights()[0].length).isEqualTo(2);
            for (double[] weights : trace.attentionWeights()[0]) {
                assertThat(weights).hasSize(t + 1);
                assertThat(DoubleStream.of(weights).sum()).isCloseTo(1, within(1e-12));
            }
            assertThat(probs(trace)).hasSize(model.getConfig().vocabSize());
            assertThat(DoubleStream.of(probs(trace)).sum()).isCloseTo(1, within(1e-12));
        }
        assertThat(model.generate(PLAIN).vizData()).isEmpty();
    }

    @Test
    void theSizeOfATraceIsKnownBeforehand() {
        for (int i = 0; i < 20; i++) {
            Sample sample = model.generate(1);

            long numbers = 0;
            for (Trace trace : sample.vizData()) {
                numbers += trace.embedding().length + probs(trace).length;
                numbers += Arrays.stream(trace.mlpActivations()).mapToLong(a -> a.length).sum();
                numbers +=
                        Arrays.stream(trace.attentionWeights())
                                .flatMap(Arrays::stream)
                                .mapToLong(w -> w.length)
                                .sum();
            }

            assertThat(
                            Trace.size(
                                    model.options(),
                                    model.getConfig().vocabSize(),
                                    sample.vizData().size()))
                    .isEqualTo(numbers);
        }
    }

    @Test
    void theModelsOwnGeneratorContinues() {
        MicroGpt other = trained();

        List<String> texts = IntStream.range(0, 20).mapToObj(_ -> model.generate(1).text()).toList();

        assertThat(new HashSet<>(texts)).hasSizeGreaterThan(5);
        for (String text : texts) {
            assertThat(other.generate(PLAIN).text()).isEqualTo(text);
        }
    }

    @Test
    void anotherGeneratorLeavesTheModelsOwnUntouched() {
        MicroGpt other = trained();
        String first = model.generate(PLAIN, new SeededRandom(5)).text();
        String again = model.generate(PLAIN, model.newRandom(5)).text();

        assertThat(again).isEqualTo(first);
        assertThat(model.generate(1).tokens()).containsExactly(other.generate(1).tokens());
        assertThat(model.advance()).isEqualTo(other.advance());
    }

    @Test
    void generatingDoesNotDisturbTraining() {
        MicroGpt other = trained();

        for (int i = 0; i < 5; i++) {
            model.generate(PLAIN.withPrompt("bo").withTopK(2));
            assertThat(model.advance()).isEqualTo(other.advance());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "bob", "Zoë", "😀", "zzz-not", "aaaaaaa"})
    void aTextBeginsWithItsPrompt(String prompt) {
        String known = prompt.replace("zzz-not", "ecila");

        for (String text : texts(PLAIN.withPrompt(known), 20)) {
            assertThat(text).startsWith(known);
        }
        Sample sample = model.generate(PLAIN.withPrompt(known));
        assertThat(sample.tokens())
                .startsWith(model.corpus().tokenizer().encode(known, "prompt"));
    }

    @Test
    void aPromptMayFillTheBlock() {
        String full = "😀lice😀😀b"; // eight characters

        Sample sample = model.generate(PLAIN.withPrompt(full).withViz(true));

        assertThat(sample.text()).isEqualTo(full);
        assertThat(sample.vizData()).hasSize(BLOCK_SIZE);
    }

    @Test
    void refusesAPromptLongerThanTheBlock() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.generate(PLAIN.withPrompt("aliceboba")))
                .withMessageContainingAll("prompt", "8", "9")
                .returns(Reason.OUT_OF_RANGE, InvalidInputException::reason)
                .returns("prompt", InvalidInputException::field)
                .returns(BLOCK_SIZE, InvalidInputException::max);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "A", " "})
    void refusesAPromptWithACharacterThatTheModelDoesNotKnow(String character) {
        MicroGpt other = trained();

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.generate(PLAIN.withPrompt("a" + character)))
                .withMessageContaining("'" + character + "'")
                .returns(Reason.UNKNOWN_CHARACTER, InvalidInputException::reason)
                .returns("prompt", InvalidInputException::field)
                .returns(character, InvalidInputException::value);
        assertThat(model.generate(1).text()).isEqualTo(other.generate(1).text());
    }

    /// The keys and values kept from one position to the next give what training computes.
    @ParameterizedTest
    @ValueSource(strings = {"alice", "bob", "charlie", "Zoë😀"})
    void theLikelihoodOfADocumentReadAsPromptIsItsTrainingLoss(String doc) {
        List<Trace> traces = model.generate(PLAIN.withPrompt(doc).withViz(true)).vizData();
        int[] tokens = model.corpus().tokenizer().encode(doc, "prompt");
        double surprise = -Math.log(probs(traces.get(tokens.length))[model.corpus().tokenizer().bos()]);
        for (int t = 0; t < tokens.length; t++) {
            surprise -= Math.log(probs(traces.get(t))[tokens[t]]);
        }

        StepResult step;
        do {
            step = trainedTo(model.step()).trainStep();
            model.advance();
        } while (!step.doc().equals(doc));
        assertThat(surprise).isPositive();
    }

    private static MicroGpt trainedTo(long step) {
        MicroGpt model = trained();
        while (model.step() < step) {
            model.advance();
        }
        return model;
    }
}
