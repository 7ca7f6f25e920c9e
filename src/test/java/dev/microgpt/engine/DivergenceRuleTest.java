package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.microgpt.engine.training.StepSettings;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Random;

/// Both engines reject a training step by the same rule: one of its numbers is not finite. The model is then
/// unchanged.
@SharesNothing
final class DivergenceRuleTest {

    private static final int VOCAB = 6;

    /// Everything that a step changes.
    private record Everything(
            long step, int nextDocument, double[] params, double[] m, double[] v, int[] random) {

        static Everything of(MicroGpt model) {
            ModelState state = model.state();
            return new Everything(
                    state.step(),
                    state.nextDocument(),
                    state.params(),
                    state.m(),
                    state.v(),
                    model.random().words());
        }

        void assertFinite() {
            for (double[] numbers : new double[][] {params, m, v}) {
                for (double x : numbers) {
                    if (!Double.isFinite(x)) {
                        assertThat(x).as("after step %d", step).isFinite();
                    }
                }
            }
        }
    }

    /// Trains until a step diverges, and checks that each step is all or nothing.
    ///
    /// @return the step that diverged, or 0 if none did
    private static long train(MicroGpt model, int steps) {
        for (int i = 0; i < steps; i++) {
            Everything before = Everything.of(model);
            boolean viz = i % 2 == 0;
            DivergedException diverged =
                    catchThrowableOfType(DivergedException.class, () -> model.trainStep(viz));
            Everything after = Everything.of(model);
            after.assertFinite();
            assertThat(model.getLossHistory())
                    .hasSize((int) after.step)
                    .doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
            if (diverged != null) {
                assertThat(after).usingRecursiveComparison().isEqualTo(before);
                assertThat(diverged)
                        .hasMessageMatching(
                                "(the loss|a gradient|a (first|second) moment|a parameter) of step "
                                        + (before.step + 1)
                                        + " is -?(NaN|Infinity): training has diverged");
                return before.step + 1;
            }
            assertThat(after.step).isEqualTo(before.step + 1);
        }
        return 0;
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 10, 1e3, 1e4, 1e5, 3e5, 1e6, 1e12, 1e30})
    void bothEnginesDivergeAtTheSameStep(double learningRate) {
        long scalar = train(ready(EngineKind.SCALAR, learningRate), 60);
        long tensor = train(ready(EngineKind.TENSOR, learningRate), 60);

        assertThat(scalar).isPositive();
        assertThat(tensor).isEqualTo(scalar);
    }

    private static MicroGpt ready(EngineKind engine, double learningRate) {
        ModelOptions options =
                ModelOptions.builder().engine(engine).learningRate(learningRate).build();
        return SmallModels.ready(options, SmallModels.NAMES);
    }

    /// As a service does with a failed session, stores the model, inspects it, and continues from the stored
    /// model.
    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void aDivergedModelStillWorksAsOfThePreviousStep(EngineKind engine) {
        MicroGpt model = ready(engine, 1e6);
        long diverged = train(model, 60);

        MicroGpt restored = new MicroGpt(model.checkpoint());
        assertThat(restored.step()).isEqualTo(diverged - 1);
        assertThat(restored.state().params()).containsExactly(model.state().params());
        assertThat(model.getEmbeddings()).hasSize(model.getConfig().vocabSize());
        assertThat(model.generate(0.5))
                .usingRecursiveComparison()
                .isEqualTo(restored.generate(0.5));
        assertThatExceptionOfType(DivergedException.class).isThrownBy(restored::advance);
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void modelsWithRandomOptionsAreFiniteAfterEachStep(EngineKind engine) {
        Random random = new Random(1);
        int diverged = 0;
        for (int i = 0; i < 150; i++) {
            int nHead = 1 + random.nextInt(3);
            ModelOptions options =
                    ModelOptions.builder()
                            .engine(engine)
                            .seed(random.nextInt(1000))
                            .nHead(nHead)
                            .nEmbd(nHead * (1 + random.nextInt(4)))
                            .nLayer(1 + random.nextInt(2))
                            .blockSize(1 + random.nextInt(6))
                            .batchSize(1 + random.nextInt(3))
                            .learningRate(randomMagnitude(random))
                            .build();
            MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
            for (int round = 0; round < 3; round++) {
                if (train(model, 4) > 0) {
                    diverged++;
                }
                model.steer(OptionValues.of(ModelOption.LEARNING_RATE, randomMagnitude(random)));
            }
        }
        assertThat(diverged).isBetween(50, 400);
    }

    private static double randomMagnitude(Random random) {
        return Math.pow(10, random.nextDouble(-3, random.nextBoolean() ? 3 : 308));
    }

    /// Beyond the logarithm of the largest double, 709.78, the reciprocal of a probability is infinite.
    @ParameterizedTest
    @CsvSource({"SCALAR, 700", "TENSOR, 700", "SCALAR, 708", "TENSOR, 708"})
    void acceptsALossNearTheLimit(EngineKind engine, double loss) {
        Engine trainer = engineWithTokenLoss(engine, loss);

        assertThat(trainer.trainStep(new int[][] {{5, 1}}, StepSettings.of(0, 0.01), null))
                .isBetween(699.0, 709.0);
    }

    @ParameterizedTest
    @CsvSource({
        "SCALAR, 711",
        "TENSOR, 711",
        "SCALAR, 740",
        "TENSOR, 740",
        "SCALAR, 1000",
        "TENSOR, 1000"
    })
    void rejectsATokenThatIsTooUnlikely(EngineKind engine, double loss) {
        Engine trainer = engineWithTokenLoss(engine, loss);
        double[] before = trainer.params();

        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(
                        () ->
                                trainer.trainStep(
                                        new int[][] {{5, 1}}, StepSettings.of(0, 0.01), null));
        // the same if it is one of many
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(
                        () ->
                                trainer.trainStep(
                                        new int[][] {{5, 0}, {5, 1}, {5, 0}},
                                        StepSettings.of(0, 0.01),
                                        null));
        assertThat(trainer.params()).containsExactly(before);
        assertThat(trainer.trainStep(new int[][] {{5, 0}}, StepSettings.of(0, 0.01), null))
                .isNotNegative();
    }

    /// All embeddings are 1 and the layer does nothing: token 0 is certain, and all others have this loss.
    private static Engine engineWithTokenLoss(EngineKind engine, double loss) {
        ModelShape shape = shape();
        double[] params = new double[shape.requireNumParams()];
        Arrays.fill(params, 0, VOCAB * 4, 1); // wte
        Arrays.fill(params, 8 * 4, 9 * 4, loss / 4); // the first row of lm_head
        return Engine.create(engine, shape, params);
    }

    private static ModelShape shape() {
        return new ModelShape(4, 1, 1, 2, VOCAB);
    }

    /// The last matrix makes the residual stream, and with it the gradient of lm_head, as large as
    /// `size`: the square of the gradient overflows the number type of the engine.
    @ParameterizedTest
    @CsvSource({"SCALAR, 1e160", "TENSOR, 1e20"})
    void rejectsAStepWhoseMomentsOverflow(EngineKind engine, double size) {
        ModelShape shape = shape();
        double[] params = new double[shape.requireNumParams()];
        Arrays.fill(params, 0, VOCAB * 4, 1); // wte
        for (Matrix matrix : Matrix.of(shape)) {
            switch (matrix.name()) {
                case "layer0.mlp_fc1" ->
                        Arrays.fill(params, matrix.offset(), matrix.offset() + matrix.size(), 0.25);
                case "layer0.mlp_fc2" ->
                        Arrays.fill(
                                params,
                                matrix.offset(),
                                matrix.offset() + matrix.size(),
                                size / 16);
                default -> {}
            }
        }
        Engine trainer = Engine.create(engine, shape, params);

        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(
                        () ->
                                trainer.trainStep(
                                        new int[][] {{5, 1}}, StepSettings.of(6, 0.01), null))
                .withMessageContaining("a second moment of step 7 is Infinity");
        assertThat(trainer.params()).containsExactly(params(trainer, params));
        assertThat(trainer.firstMoments()).containsOnly(0);
        assertThat(trainer.secondMoments()).containsOnly(0);
    }

    /// Returns parameters as the engine rounds them.
    private static double[] params(Engine engine, double[] params) {
        return engine instanceof TensorEngine
                ? Arrays.stream(params).map(x -> (float) x).toArray()
                : params;
    }

    /// A file may contain such moments; training never leads to |m| far above the square root of v.
    @Test
    void rejectsAnUpdateTooLargeBecauseOfUnboundedMoments() {
        ModelShape shape = shape();
        int n = shape.requireNumParams();
        double[] m = new double[n];
        Arrays.fill(m, 1e38);
        Engine trainer = Engine.restore(EngineKind.TENSOR, shape, new double[n], m, new double[n]);

        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(
                        () ->
                                trainer.trainStep(
                                        new int[][] {{5, 1}}, StepSettings.of(0, 0.01), null))
                .withMessageContaining("a parameter of step 1 is -Infinity");
        assertThat(trainer.params()).containsOnly(0);
        assertThat(trainer.firstMoments()).containsOnly(1e38f);
        assertThat(trainer.secondMoments()).containsOnly(0);
    }
}
