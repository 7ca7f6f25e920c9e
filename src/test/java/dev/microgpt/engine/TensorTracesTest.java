package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.SharesNothing;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The tensor engine traces, generates and scores texts as the reference does.
@SharesNothing
final class TensorTracesTest {

    private static final Offset<Double> PRECISION = within(1e-4);

    static List<ModelOptions.Builder> shapes() {
        return List.of(
                ModelOptions.builder(),
                ModelOptions.builder().nEmbd(12).nHead(4).nLayer(2),
                ModelOptions.builder().nEmbd(7).nHead(7).blockSize(5),
                ModelOptions.builder().nEmbd(34).nHead(2).blockSize(4).batchSize(3),
                ModelOptions.builder().nEmbd(16).nHead(1).nLayer(3).blockSize(20));
    }

    private static MicroGpt trained(ModelOptions.Builder options, EngineKind engine, int steps) {
        MicroGpt model = SmallModels.ready(options.engine(engine).build(), SmallModels.NAMES);
        for (int i = 0; i < steps; i++) {
            model.advance();
        }
        return model;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void trainingTracesMatchTheReference(ModelOptions.Builder options) {
        MicroGpt scalar = trained(options, EngineKind.SCALAR, 5);
        MicroGpt tensor = trained(options, EngineKind.TENSOR, 5);
        for (int i = 0; i < 8; i++) {
            StepResult expected = scalar.trainStep();
            StepResult actual = tensor.trainStep();

            assertThat(actual.doc()).isEqualTo(expected.doc());
            assertThat(actual.loss()).isCloseTo(expected.loss(), PRECISION);
            assertThat(actual.paramStats().mean())
                    .isCloseTo(expected.paramStats().mean(), PRECISION);
            assertThat(actual.paramStats().std()).isCloseTo(expected.paramStats().std(), PRECISION);
            assertTraces(actual.vizData(), expected.vizData());
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void generationTracesMatchTheReference(ModelOptions.Builder options) {
        MicroGpt scalar = trained(options, EngineKind.SCALAR, 20);
        MicroGpt tensor = trained(options, EngineKind.TENSOR, 20);
        GenerateOptions generate = GenerateOptions.defaults().withViz(true);
        for (int seed = 0; seed < 5; seed++) {
            Sample expected = scalar.generate(generate, scalar.newRandom(seed));
            Sample actual = tensor.generate(generate, tensor.newRandom(seed));

            assertThat(actual.text()).isEqualTo(expected.text());
            assertThat(actual.tokens()).containsExactly(expected.tokens());
            assertTraces(actual.vizData(), expected.vizData());
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void inspectionsMatchTheReference(ModelOptions.Builder options) {
        MicroGpt scalar = trained(options, EngineKind.SCALAR, 20);
        MicroGpt tensor = trained(options, EngineKind.TENSOR, 20);
        for (String text : List.of("", "a", "bob", "charlie", "emmaemmaemmaemmaemmaemma")) {
            Inspection expected = scalar.inspect(text);
            Inspection actual = tensor.inspect(text);

            assertThat(actual.tokens()).containsExactly(expected.tokens());
            assertThat(actual.truncated())
                    .isEqualTo(expected.truncated())
                    .isEqualTo(text.length() + 1 > scalar.options().blockSize());
            assertTraces(actual.vizData(), expected.vizData());
        }
    }

    private static void assertTraces(List<Trace> actual, List<Trace> expected) {
        TraceAssert.assertTraces(actual, expected, PRECISION);
        for (Trace trace : actual) {
            for (double[][] layer : trace.attentionWeights()) {
                for (double[] weights : layer) {
                    assertThat(Arrays.stream(weights).sum()).isCloseTo(1, within(1e-5));
                }
            }
        }
    }

    @Test
    void generatesTheSameTextsAsTheReference() {
        MicroGpt scalar = trained(ModelOptions.builder(), EngineKind.SCALAR, 200);
        MicroGpt tensor = trained(ModelOptions.builder(), EngineKind.TENSOR, 200);
        for (double temperature : new double[] {0, 1e-9, 0.1, 0.5, 1, 5}) {
            GenerateOptions generate = GenerateOptions.defaults().withTemperature(temperature);
            for (int seed = 0; seed < 20; seed++) {
                assertThat(tensor.generate(generate, tensor.newRandom(seed)).text())
                        .isEqualTo(scalar.generate(generate, scalar.newRandom(seed)).text());
            }
        }
    }

    /// The decoder reads token by token with cached keys and values, the forward pass all tokens at once.
    @ParameterizedTest
    @MethodSource("shapes")
    void decoderEqualsTheForwardPassOfTraining(ModelOptions.Builder options) {
        MicroGpt model = trained(options, EngineKind.TENSOR, 20);
        for (String text : List.of("a", "charlie", "emmaemmaemmaemmaemmaemma")) {
            double[] surprisals = model.score(text).surprisals();
            Inspection inspection = model.inspect(text);

            assertThat(inspection.vizData()).hasSameSizeAs(surprisals);
            int[] characters = model.corpus().tokenizer().encode(text, "text");
            for (int i = 0; i < surprisals.length; i++) {
                int next = i < characters.length ? characters[i] : model.corpus().tokenizer().bos();
                double[] probs = Objects.requireNonNull(inspection.vizData().get(i).probs());
                assertThat(-Math.log(probs[next])).isCloseTo(surprisals[i], within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void likelihoodIsMinusTheLossTimesTheNumberOfTokens(EngineKind engine) {
        ModelOptions.Builder options = ModelOptions.builder().blockSize(8);
        MicroGpt model = SmallModels.ready(options.engine(engine).build(), "charlie");
        for (int i = 0; i < 10; i++) {
            Score score = model.score("charlie");

            assertThat(score.truncated()).isFalse();
            assertThat(score.surprisals()).hasSize(8);
            assertThat(score.perplexity())
                    .isCloseTo(Math.exp(-score.logLikelihood() / 8), within(1e-9));
            double loss = model.advance();
            assertThat(score.logLikelihood()).isCloseTo(-loss * 8, within(1e-5));
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void scoresTheBeginningOfATextLongerThanTheContext(EngineKind engine) {
        MicroGpt model = trained(ModelOptions.builder().blockSize(5), engine, 10);

        assertThat(model.score("emma").truncated()).isFalse();
        assertThat(model.score("emma").surprisals()).hasSize(5);
        Score score = model.score("david");
        assertThat(score.truncated()).isTrue();
        assertThat(score.surprisals())
                .hasSize(5)
                .containsExactly(model.score("davidcharlie").surprisals());
        assertThat(model.score("").surprisals()).hasSize(1);
        assertThat(model.inspect("david").truncated()).isTrue();
        assertThat(model.inspect("david").vizData()).hasSize(5);
        assertThat(model.inspect("emma").truncated()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void rejectsTextsWithUnknownCharacters(EngineKind engine) {
        MicroGpt model = trained(ModelOptions.builder(), engine, 1);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.score("aliceX"))
                .withMessageContaining("X");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.inspect("Xalice"))
                .withMessageContaining("X");
    }
}
