package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.InvalidInputException.Reason;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.random.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

final class MicroGptGenerateTest {

    private static final int BLOCK_SIZE = 8;
    private static final GenerateOptions PLAIN = GenerateOptions.defaults().withTemperature(1);

    private final MicroGpt model = trained();

    private static MicroGpt trained() {
        return SmallModels.trained(SmallModels.NAMES + "\nZoë😀\nbenjamin");
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
    void tracesHaveTheShapesOfTheModel() {
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
    void predictsTheSizeOfATrace() {
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
    void drawsFromTheModelsOwnGenerator() {
        MicroGpt other = trained();

        List<String> texts =
                IntStream.range(0, 20).mapToObj(_ -> model.generate(1).text()).toList();

        assertThat(new HashSet<>(texts)).hasSizeGreaterThan(5);
        for (String text : texts) {
            assertThat(other.generate(PLAIN).text()).isEqualTo(text);
        }
    }

    @Test
    void drawingFromAnotherGeneratorLeavesTheModelsOwnUnchanged() {
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
    @ValueSource(strings = {"a", "bob", "Zoë", "😀", "ecila", "aaaaaaa"})
    void startsTheTextWithThePrompt(String prompt) {
        GenerateOptions options = PLAIN.withPrompt(prompt);
        RandomSource random = new SeededRandom(1);

        List<Sample> samples =
                IntStream.range(0, 20).mapToObj(_ -> model.generate(options, random)).toList();

        assertThat(samples).allMatch(sample -> sample.text().startsWith(prompt));
        assertThat(samples)
                .allSatisfy(
                        sample ->
                                assertThat(sample.tokens())
                                        .startsWith(
                                                model.corpus()
                                                        .tokenizer()
                                                        .encode(prompt, "prompt")));
        assertThat(samples)
                .extracting(Sample::text)
                .anyMatch(text -> text.length() > prompt.length());
    }

    @Test
    void acceptsAPromptOfBlockSize() {
        String full = "😀lice😀😀b"; // eight characters

        Sample sample = model.generate(PLAIN.withPrompt(full).withViz(true));

        assertThat(sample.text()).isEqualTo(full);
        assertThat(sample.vizData()).hasSize(BLOCK_SIZE);
    }

    @Test
    void rejectsAPromptLongerThanBlockSize() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.generate(PLAIN.withPrompt("aliceboba")))
                .withMessageContainingAll("prompt", "8", "9")
                .returns(Reason.OUT_OF_RANGE, InvalidInputException::reason)
                .returns("prompt", InvalidInputException::field)
                .returns(BLOCK_SIZE, InvalidInputException::max);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "A", " ", "😁"})
    void rejectsAPromptWithAnUnknownCharacter(String character) {
        MicroGpt other = trained();

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.generate(PLAIN.withPrompt("a" + character)))
                .withMessageContaining("'" + character + "'")
                .returns(Reason.UNKNOWN_CHARACTER, InvalidInputException::reason)
                .returns("prompt", InvalidInputException::field)
                .returns(character, InvalidInputException::value);
        assertThat(model.generate(1).text()).isEqualTo(other.generate(1).text());
    }

    /// Generation with cached keys and values gives the same loss as training.
    @Test
    void theSurprisalOfADocumentAsPromptIsItsTrainingLoss() {
        MicroGpt other = trained();

        for (int i = 0; i < model.corpus().size(); i++) {
            StepResult step = other.trainStep(false);
            assertThat(surprise(step.doc())).isCloseTo(step.loss(), within(1e-12));
            model.advance();
        }
    }

    /// The mean cross-entropy of a document, from the probabilities that its prompt shows.
    private double surprise(String doc) {
        List<Trace> traces = model.generate(PLAIN.withPrompt(doc).withViz(true)).vizData();
        Tokenizer tokenizer = model.corpus().tokenizer();
        int[] tokens = tokenizer.encode(doc, "prompt");
        int n = Math.min(BLOCK_SIZE, tokens.length + 1);
        double total = 0;
        for (int t = 0; t < n; t++) {
            int next = t < tokens.length ? tokens[t] : tokenizer.bos();
            total -= Math.log(probs(traces.get(t))[next]);
        }
        return total / n;
    }
}
