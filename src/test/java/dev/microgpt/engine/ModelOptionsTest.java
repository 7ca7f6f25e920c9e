package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.InvalidInputException.Reason;
import dev.microgpt.engine.architecture.ActivationKind;
import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.engine.training.ScheduleKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

@Isolated
final class ModelOptionsTest {

    @Test
    void defaultsAreThoseOfMicrogptJs() {
        ModelOptions defaults = ModelOptions.defaults();

        assertThat(defaults.seed()).isEqualTo(42);
        assertThat(defaults.nEmbd()).isEqualTo(16);
        assertThat(defaults.nHead()).isEqualTo(4);
        assertThat(defaults.nLayer()).isEqualTo(1);
        assertThat(defaults.blockSize()).isEqualTo(16);
        assertThat(defaults.learningRate()).isEqualTo(0.01);
        assertThat(defaults.numSteps()).isEqualTo(1000);
        assertThat(defaults.random()).isEqualTo(RandomKind.MULBERRY32);
        assertThat(defaults.batchSize()).isEqualTo(1);
        assertThat(defaults.headDim()).isEqualTo(4);
    }

    @Test
    void theBuilderSetsEveryOption() {
        ModelOptions options =
                ModelOptions.builder()
                        .seed(1)
                        .nEmbd(6)
                        .nHead(3)
                        .nLayer(4)
                        .blockSize(5)
                        .learningRate(0.5)
                        .numSteps(7)
                        .engine(EngineKind.SCALAR)
                        .random(RandomKind.PYTHON)
                        .batchSize(8)
                        .norm(NormKind.LAYERNORM)
                        .normGain(true)
                        .normBias(true)
                        .embeddingNorm(false)
                        .finalNorm(true)
                        .qkNorm(true)
                        .activation(ActivationKind.SILU)
                        .mlpRatio(2)
                        .position(PositionKind.ALIBI)
                        .tied(true)
                        .biases(true)
                        .kvHeads(1)
                        .optimizer(OptimizerKind.MUON)
                        .beta1(0.1)
                        .beta2(0.2)
                        .epsilon(0.3)
                        .weightDecay(0.4)
                        .momentum(0.6)
                        .schedule(ScheduleKind.COSINE)
                        .warmupSteps(9)
                        .minLearningRate(0.01)
                        .gradientClip(0.7)
                        .dropout(0.8)
                        .labelSmoothing(0.9)
                        .validation(0.25)
                        .validateEvery(10)
                        .tokenizer(TokenizerKind.BPE)
                        .vocabSize(300)
                        .build();

        assertThat(options)
                .isEqualTo(
                        new ModelOptions(
                                1,
                                6,
                                3,
                                4,
                                5,
                                0.5,
                                7,
                                EngineKind.SCALAR,
                                RandomKind.PYTHON,
                                8,
                                new Architecture(
                                        NormKind.LAYERNORM,
                                        true,
                                        true,
                                        false,
                                        true,
                                        true,
                                        ActivationKind.SILU,
                                        2,
                                        PositionKind.ALIBI,
                                        true,
                                        true,
                                        1),
                                new Optimization(
                                        OptimizerKind.MUON,
                                        0.1,
                                        0.2,
                                        0.3,
                                        0.4,
                                        0.6,
                                        ScheduleKind.COSINE,
                                        9,
                                        0.01,
                                        0.7,
                                        0.8,
                                        0.9),
                                new HeldOut(0.25, 10),
                                new Tokenization(TokenizerKind.BPE, 300)));
        assertThat(options.headDim()).isEqualTo(2);
    }

    /// An option out of its range, and the expected content of the exception.
    record InvalidOption(
            ModelOptions.Builder options, String field, Number value, Number min, Number max) {

        @Override
        public String toString() {
            return field + " = " + value;
        }
    }

    static List<InvalidOption> invalid() {
        int maxInt = Integer.MAX_VALUE;
        long maxSteps = (1L << 53) - 1;
        return List.of(
                new InvalidOption(options().nEmbd(0), "nEmbd", 0L, 1L, (long) maxInt),
                new InvalidOption(options().nEmbd(-16), "nEmbd", -16L, 1L, (long) maxInt),
                new InvalidOption(options().nHead(0), "nHead", 0L, 1L, (long) maxInt),
                new InvalidOption(options().nLayer(0), "nLayer", 0L, 1L, (long) maxInt),
                new InvalidOption(options().nLayer(-1), "nLayer", -1L, 1L, (long) maxInt),
                new InvalidOption(options().blockSize(0), "blockSize", 0L, 1L, (long) maxInt),
                new InvalidOption(options().batchSize(0), "batchSize", 0L, 1L, (long) maxInt),
                new InvalidOption(options().numSteps(0), "numSteps", 0L, 1L, maxSteps),
                new InvalidOption(
                        options().numSteps(maxSteps + 1), "numSteps", maxSteps + 1, 1L, maxSteps),
                new InvalidOption(seed(1L << 32), "seed", 1L << 32, -(1L << 31), (1L << 32) - 1),
                new InvalidOption(
                        seed(-(1L << 31) - 1),
                        "seed",
                        -(1L << 31) - 1,
                        -(1L << 31),
                        (1L << 32) - 1),
                new InvalidOption(
                        seed(-1).random(RandomKind.PYTHON), "seed", -1L, 0L, Long.MAX_VALUE));
    }

    private static ModelOptions.Builder options() {
        return ModelOptions.builder();
    }

    private static ModelOptions.Builder seed(long seed) {
        return options().seed(seed);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void rejectsOptionsOutOfRange(InvalidOption invalid) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> invalid.options().build())
                .withMessageContainingAll(
                        invalid.field(),
                        invalid.value().toString(),
                        invalid.min().toString(),
                        invalid.max().toString())
                .returns(Reason.OUT_OF_RANGE, InvalidInputException::reason)
                .returns(invalid.field(), InvalidInputException::field)
                .returns(invalid.value(), InvalidInputException::value)
                .returns(invalid.min(), InvalidInputException::min)
                .returns(invalid.max(), InvalidInputException::max);
    }

    @ParameterizedTest
    @CsvSource({"16, 3", "16, 5", "16, 32", "1, 2"})
    void rejectsHeadsThatDoNotDivideTheWidth(int nEmbd, int nHead) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> options().nEmbd(nEmbd).nHead(nHead).build())
                .withMessageContainingAll("nHead", "divide", "" + nEmbd, "" + nHead)
                .returns("nHead", InvalidInputException::field)
                .returns(nHead, InvalidInputException::value);
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                0,
                -0.0,
                -0.01,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY
            })
    void rejectsALearningRateThatIsNotFiniteAndPositive(double learningRate) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> options().learningRate(learningRate).build())
                .withMessageContainingAll("learningRate", "" + learningRate)
                .returns(Reason.OUT_OF_RANGE, InvalidInputException::reason)
                .returns("learningRate", InvalidInputException::field)
                .satisfies(e -> assertThat(e.value()).isEqualTo(learningRate))
                .satisfies(
                        e -> assertThat(Objects.requireNonNull(e.min()).doubleValue()).isPositive())
                .satisfies(e -> assertThat(e.max()).isEqualTo(Double.MAX_VALUE));
    }

    @Test
    void messagesDoNotDependOnTheLocale() {
        Locale locale = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> options().nEmbd(0).build())
                    .withMessage("nEmbd must be from 1 to 2147483647, but is 0");
        } finally {
            Locale.setDefault(locale);
        }
    }

    @Test
    void acceptsTheEndsOfEachRange() {
        assertThatNoException()
                .isThrownBy(
                        () -> {
                            options().nEmbd(1).nHead(1).blockSize(1).numSteps(1).build();
                            options().nHead(16).learningRate(Double.MIN_VALUE).build();
                            options().learningRate(Double.MAX_VALUE).build();
                            options().numSteps((1L << 53) - 1).build();
                            seed(-(1L << 31)).build();
                            seed((1L << 32) - 1).build();
                            seed(0).random(RandomKind.PYTHON).build();
                            seed(Long.MAX_VALUE).random(RandomKind.PYTHON).build();
                        });
    }

    /// The expected numbers are those of microgptjs.
    @ParameterizedTest
    @CsvSource({
        "16, 1, 16, 16, 3840",
        "16, 1, 16, 27, 4192",
        "32, 2, 8, 16, 25856",
        "12, 3, 5, 20, 5724",
        "1, 1, 1, 2, 17"
    })
    void countsTheParameters(int nEmbd, int nLayer, int blockSize, int vocabSize, long numParams) {
        ModelOptions options =
                options().nEmbd(nEmbd).nHead(1).nLayer(nLayer).blockSize(blockSize).build();

        assertThat(options.numParams(vocabSize)).isEqualTo(numParams);
    }

    @Test
    void theNumberOfParametersSaturates() {
        int max = Integer.MAX_VALUE;

        assertThat(options().nEmbd(max).nHead(1).build().numParams(2)).isEqualTo(Long.MAX_VALUE);
        assertThat(options().nEmbd(1 << 30).nLayer(max).build().numParams(2))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(options().nEmbd(max).nHead(1).blockSize(max).build().numParams(max))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(options().nEmbd(1).nHead(1).nLayer(max).blockSize(max).build().numParams(max))
                .isEqualTo(15L * max);
    }

    @Test
    void theLearningRateFallsLinearlyToZeroAndStaysThere() {
        ModelOptions options = options().learningRate(0.02).numSteps(8).build();

        assertThat(options.learningRateAt(0)).isEqualTo(0.02);
        assertThat(options.learningRateAt(2)).isCloseTo(0.015, within(1e-17));
        assertThat(options.learningRateAt(7)).isCloseTo(0.0025, within(1e-17));
        assertThat(options.learningRateAt(8)).isEqualTo(0.0);
        assertThat(options.learningRateAt(9)).isEqualTo(0.0);
        assertThat(options.learningRateAt(Long.MAX_VALUE)).isEqualTo(0.0);
    }

    private static double rate(ModelOptions.Builder options, long step) {
        return options.learningRate(0.8).numSteps(10).build().learningRateAt(step);
    }

    @Test
    void theLearningRateFollowsTheSchedule() {
        assertThat(rate(options().schedule(ScheduleKind.CONSTANT), 99)).isEqualTo(0.8);
        assertThat(rate(options().minLearningRate(0.2), 5)).isCloseTo(0.5, within(1e-15));
        assertThat(rate(options().minLearningRate(0.2), 10)).isEqualTo(0.2);
        ModelOptions.Builder cosine = options().schedule(ScheduleKind.COSINE);
        assertThat(rate(cosine, 0)).isEqualTo(0.8);
        assertThat(rate(cosine, 2)).isCloseTo(0.4 + 0.4 * Math.cos(Math.PI / 5), within(1e-15));
        assertThat(rate(cosine, 5)).isCloseTo(0.4, within(1e-15));
        assertThat(rate(cosine, 10)).isZero();
    }

    @Test
    void theLearningRateRisesInTheWarmUp() {
        ModelOptions.Builder warm = options().warmupSteps(4);
        assertThat(rate(warm, 0)).isCloseTo(0.2, within(1e-15));
        assertThat(rate(warm, 3)).isEqualTo(0.8);
        assertThat(rate(warm, 4)).isEqualTo(0.8);
        assertThat(rate(warm, 7)).isCloseTo(0.4, within(1e-15));
        assertThat(rate(options().warmupSteps(20), 15)).isCloseTo(0.64, within(1e-15));
        assertThat(rate(options().warmupSteps(20), 20)).isZero();
    }

    @Test
    void theMinimumIsAtMostTheHighestLearningRate() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> options().learningRate(0.5).minLearningRate(0.6).build())
                .withMessage("minLearningRate must be at most learningRate (0.5), but is 0.6");
    }
}
