package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.architecture.ActivationKind;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.architecture.Preset;
import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/// Models that are built otherwise than microgpt.
@SharesNothing
final class ArchitectureOptionsTest {

    private static final int VOCAB = 6;
    private static final int[][] BATCH = {{5, 2, 0, 3, 5}, {5, 4, 5}, {5, 1, 1, 2, 0, 5}};
    private static final double STEP = 1e-5;

    private static ModelOptions.Builder tiny() {
        return ModelOptions.builder().nEmbd(8).nHead(4).nLayer(2).blockSize(6).seed(7);
    }

    /// Gains are near 1, other parameters near 0.
    private static double[] params(ModelOptions options) {
        Random random = new Random(1);
        double[] params = new double[(int) options.numParams(VOCAB)];
        for (Matrix matrix : Matrix.of(options, VOCAB)) {
            for (int i = matrix.offset(); i < matrix.end(); i++) {
                params[i] = (matrix.isGain() ? 1 : 0) + random.nextGaussian(0, 0.3);
            }
        }
        return params;
    }

    private static Engine engine(EngineKind kind, ModelOptions options, double[] params) {
        return Engine.create(kind, options.shape(VOCAB), params);
    }

    private static double loss(ModelOptions options, double[] params) {
        return engine(EngineKind.SCALAR, options, params)
                .trainStep(BATCH, options.settings(0), null);
    }

    // ---- gradients

    /// Each option by itself, and all of each preset.
    static List<ModelOptions> single() {
        return List.of(
                tiny().norm(NormKind.LAYERNORM).build(),
                tiny().normGain(true).build(),
                tiny().normBias(true).build(),
                tiny().norm(NormKind.LAYERNORM).normGain(true).normBias(true).build(),
                tiny().embeddingNorm(false).build(),
                tiny().finalNorm(true).build(),
                tiny().qkNorm(true).build(),
                tiny().activation(ActivationKind.GELU).build(),
                tiny().activation(ActivationKind.SILU).build(),
                tiny().activation(ActivationKind.SWIGLU).build(),
                tiny().activation(ActivationKind.RELU2).build(),
                tiny().mlpRatio(1.3).build(),
                tiny().position(PositionKind.SINUSOIDAL).build(),
                tiny().position(PositionKind.ROPE).build(),
                tiny().position(PositionKind.ALIBI).build(),
                tiny().position(PositionKind.NONE).build(),
                tiny().tied(true).build(),
                tiny().biases(true).build(),
                tiny().kvHeads(2).build(),
                tiny().kvHeads(1).build(),
                tiny().preset(Preset.GPT2).build(),
                tiny().preset(Preset.LLAMA).build());
    }

    @ParameterizedTest
    @MethodSource("single")
    void gradientsMatchFiniteDifferences(ModelOptions options) {
        StepSettings settings = options.settings(0);
        double[] params = params(options);
        double[] slopes = new double[params.length];
        for (int i = 0; i < params.length; i++) {
            double at = params[i];
            params[i] = at + STEP;
            double above = loss(options, params);
            params[i] = at - STEP;
            double below = loss(options, params);
            params[i] = at;
            slopes[i] = (above - below) / (2 * STEP);
        }

        assertThat(engine(EngineKind.SCALAR, options, params).gradients(BATCH, settings))
                .containsExactly(slopes, within(1e-7));
    }

    // ---- published models

    @Test
    void thePresetOfGpt2IsThatOfItsPaper() {
        ModelOptions options = tiny().preset(Preset.GPT2).build();
        double[] params = params(options);
        PublishedModels published = new PublishedModels(options, VOCAB, params);

        for (int[] tokens : BATCH) {
            assertThat(mean(EngineKind.SCALAR, options, params, tokens))
                    .isCloseTo(published.gpt2Loss(tokens), within(1e-12));
            assertThat(mean(EngineKind.TENSOR, options, params, tokens))
                    .isCloseTo(published.gpt2Loss(tokens), within(1e-5));
        }
    }

    @ParameterizedTest
    @MethodSource("kvHeads")
    void thePresetOfLlamaIsThatOfItsPaper(int kvHeads) {
        ModelOptions options = tiny().preset(Preset.LLAMA).kvHeads(kvHeads).build();
        double[] params = params(options);
        PublishedModels published = new PublishedModels(options, VOCAB, params);

        for (int[] tokens : BATCH) {
            assertThat(mean(EngineKind.SCALAR, options, params, tokens))
                    .isCloseTo(published.llamaLoss(tokens), within(1e-12));
            assertThat(mean(EngineKind.TENSOR, options, params, tokens))
                    .isCloseTo(published.llamaLoss(tokens), within(1e-5));
        }
    }

    /// Llama has as many as heads, its later versions fewer.
    static List<Integer> kvHeads() {
        return List.of(0, 1, 2);
    }

    private static double mean(
            EngineKind kind, ModelOptions options, double[] params, int[] tokens) {
        return Arrays.stream(engine(kind, options, params).predictor().losses(tokens))
                .average()
                .orElseThrow();
    }

    // ---- models

    @Test
    void gainsBeginAtOneAndBiasesAtZero() {
        MicroGpt model = SmallModels.ready(tiny().preset(Preset.GPT2).build(), SmallModels.NAMES);
        double[] params = model.checkpoint().params();
        int vectors = 0;
        for (Matrix matrix : Matrix.of(model.options(), model.corpus().tokenizer().vocabSize())) {
            for (int i = matrix.offset(); i < matrix.end(); i++) {
                if (matrix.isGain() || matrix.isBias()) {
                    assertThat(params[i]).as(matrix.name()).isEqualTo(matrix.isGain() ? 1 : 0);
                    vectors++;
                } else {
                    assertThat(params[i]).as(matrix.name()).isNotZero();
                }
            }
        }
        int c = 8;
        assertThat(vectors).isEqualTo(2 * (4 * c + (3 + 1) * c + 4 * c + c) + 2 * c);
    }

    @Test
    void anOptionOverridesItsPreset() {
        ModelOptions options = tiny().preset(Preset.LLAMA).activation(ActivationKind.GELU).build();

        assertThat(options.architecture().activation()).isEqualTo(ActivationKind.GELU);
        assertThat(options.architecture().position()).isEqualTo(PositionKind.ROPE);
        assertThat(Matrix.of(options, VOCAB))
                .extracting(Matrix::name)
                .doesNotContain("layer0.mlp_gate", "wpe");
    }

    @Test
    void parametersAreCountedBeforeTheyExist() {
        for (ModelOptions options : single()) {
            assertThat(Matrix.of(options, VOCAB).getLast().end())
                    .isEqualTo((int) options.numParams(VOCAB));
        }
    }

    @Test
    void positionsHaveEmbeddingsIfTheyAreAdded() {
        MicroGpt learned =
                SmallModels.ready(tiny().norm(NormKind.LAYERNORM).build(), SmallModels.NAMES);
        double[][] rows = learned.positionEmbeddings(learned.state());
        assertThat(rows).hasDimensions(6, 8);
        int vocabSize = learned.corpus().tokenizer().vocabSize();
        assertThat(rows[0])
                .containsExactly(
                        Arrays.copyOfRange(
                                learned.checkpoint().params(), vocabSize * 8, (vocabSize + 1) * 8));

        MicroGpt sinusoidal =
                SmallModels.ready(
                        tiny().position(PositionKind.SINUSOIDAL).build(), SmallModels.NAMES);
        rows = sinusoidal.positionEmbeddings(sinusoidal.state());
        assertThat(rows).hasDimensions(6, 8);
        assertThat(rows[0]).containsExactly(0, 1, 0, 1, 0, 1, 0, 1);
        assertThat(rows[3][0]).isEqualTo(Math.sin(3), within(1e-15));

        for (PositionKind kind :
                List.of(PositionKind.ROPE, PositionKind.ALIBI, PositionKind.NONE)) {
            MicroGpt model = SmallModels.ready(tiny().position(kind).build(), SmallModels.NAMES);
            assertThatThrownBy(() -> model.positionEmbeddings(model.state()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("positions have embeddings only if");
        }
    }

    /// Requests are refused by this number before the traces exist.
    @Test
    void theNumbersOfTracesAreCounted() {
        ModelOptions options = tiny().preset(Preset.LLAMA).mlpRatio(30).build();
        MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
        List<Trace> traces = model.inspect("emma").vizData();
        long numbers = 0;
        for (Trace trace : traces) {
            numbers += trace.embedding().length + Objects.requireNonNull(trace.probs()).length;
            for (double[][] layer : trace.attentionWeights()) {
                numbers += Arrays.stream(layer).mapToLong(head -> head.length).sum();
            }
            numbers += Arrays.stream(trace.mlpActivations()).mapToLong(layer -> layer.length).sum();
        }
        int vocabSize = model.corpus().tokenizer().vocabSize();
        assertThat(Trace.size(options, vocabSize, traces.size())).isEqualTo(numbers);
    }

    @Test
    void kvHeadsMustDivideTheHeads() {
        assertThatThrownBy(() -> tiny().kvHeads(3).build())
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("kvHeads must divide nHead (4), but is 3");
    }

    @Test
    void rotaryPositionsNeedPairs() {
        assertThatThrownBy(() -> tiny().nEmbd(12).position(PositionKind.ROPE).build())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the width of a head must be even, but it is 3");
    }

    @ParameterizedTest
    @EnumSource
    void eachPresetLearnsAndContinuesToTheBit(Preset preset) {
        for (EngineKind kind : EngineKind.values()) {
            ModelOptions options = tiny().preset(preset).engine(kind).numSteps(60).build();
            MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
            double first = model.advance();
            for (int i = 1; i < 50; i++) {
                double _ = model.advance();
            }
            MicroGpt copy = model.copy();
            MicroGpt restored = new MicroGpt(model.checkpoint());
            double last = model.advance();

            assertThat(last).isLessThan(first);
            assertThat(copy.advance()).isEqualTo(last);
            assertThat(restored.advance()).isEqualTo(last);
            assertThat(copy.generate(0.5).text()).isEqualTo(model.generate(0.5).text());
        }
    }

    @ParameterizedTest
    @MethodSource("single")
    void aStepCanBeSeenWhole(ModelOptions options) {
        MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
        StepInputs inputs = model.stepAfter(model.state());
        StepAnatomy anatomy = inputs.anatomy(0);
        EngineAgreement agreement = inputs.agreement(anatomy);

        assertThat(agreement.gradientDifference()).isLessThan(1e-4);
        for (String name : anatomy.names()) {
            StepAnatomy.Tensor tensor = anatomy.tensor(name);
            assertThat(tensor).as(name).isNotNull();
            assertThat(anatomy.idOf(new StepAnatomy.Location(name, 0, 0))).isNotNegative();
        }
        for (int id = 0; id < anatomy.graph().size(); id++) {
            StepAnatomy.Location location = anatomy.location(id);
            assertThat(location == null || anatomy.idOf(location) == id).isTrue();
        }
    }
}
