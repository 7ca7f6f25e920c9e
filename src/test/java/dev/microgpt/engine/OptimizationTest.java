package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.engine.training.ScheduleKind;
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

/// Optimisers, clipping, dropout and label smoothing, in both engines.
@SharesNothing
final class OptimizationTest {

    private static final int VOCAB = 6;
    private static final int[][] BATCH = {{5, 2, 0, 3, 5}, {5, 4, 5}, {5, 1, 1, 2, 0, 5}};
    private static final double STEP = 1e-5;

    private static ModelOptions.Builder tiny() {
        return ModelOptions.builder().nEmbd(4).nHead(2).nLayer(2).blockSize(6).seed(7);
    }

    private static double[] params(ModelOptions options) {
        Random random = new Random(1);
        double[] params = new double[(int) options.numParams(VOCAB)];
        Arrays.setAll(params, _ -> (float) random.nextGaussian(0, 0.3));
        return params;
    }

    private static Engine engine(EngineKind kind, ModelOptions options, double[] params) {
        return Engine.create(kind, options.shape(VOCAB), params);
    }

    // ---- gradients

    static List<ModelOptions> regularised() {
        return List.of(
                tiny().dropout(0.4).build(),
                tiny().labelSmoothing(0.3).build(),
                tiny().dropout(0.6).labelSmoothing(0.1).build());
    }

    @ParameterizedTest
    @MethodSource("regularised")
    void gradientsMatchFiniteDifferences(ModelOptions options) {
        StepSettings settings = options.settings(3);
        double[] params = params(options);
        double[] slopes = new double[params.length];
        for (int i = 0; i < params.length; i++) {
            double at = params[i];
            params[i] = at + STEP;
            double above = loss(options, params, settings);
            params[i] = at - STEP;
            double below = loss(options, params, settings);
            params[i] = at;
            slopes[i] = (above - below) / (2 * STEP);
        }

        assertThat(engine(EngineKind.SCALAR, options, params).gradients(BATCH, settings))
                .containsExactly(slopes, within(1e-7));
    }

    private static double loss(ModelOptions options, double[] params, StepSettings settings) {
        return engine(EngineKind.SCALAR, options, params).trainStep(BATCH, settings, null);
    }

    @ParameterizedTest
    @EnumSource
    void droppedNumbersChangeFromStepToStepButNotInRepetitions(EngineKind kind) {
        ModelOptions options = tiny().dropout(0.5).build();
        Engine engine = engine(kind, options, params(options));

        double[] first = engine.gradients(BATCH, options.settings(0));

        assertThat(engine.gradients(BATCH, options.settings(0))).containsExactly(first);
        assertThat(engine.gradients(BATCH, options.settings(1))).isNotEqualTo(first);
    }

    /// Texts and scores come from the whole model.
    @ParameterizedTest
    @EnumSource
    void nothingIsDroppedOutsideTraining(EngineKind kind) {
        ModelOptions options = tiny().dropout(0.5).labelSmoothing(0.5).build();
        Engine engine = engine(kind, options, params(options));
        double[] plain = engine(kind, tiny().build(), params(options)).predictor().losses(BATCH[0]);
        double[] _ = engine.gradients(BATCH, options.settings(0));

        assertThat(engine.predictor().losses(BATCH[0])).containsExactly(plain);
    }

    // ---- updates

    private static double[] after(ModelOptions options, int steps) {
        Engine engine = engine(EngineKind.SCALAR, options, params(options));
        for (int step = 0; step < steps; step++) {
            double _ = engine.trainStep(BATCH, options.settings(step), null);
        }
        return engine.params();
    }

    private static double[] gradients(ModelOptions options, double[] params) {
        return engine(EngineKind.SCALAR, options, params).gradients(BATCH, options.settings(0));
    }

    @Test
    void sgdAddsItsMomentum() {
        ModelOptions options =
                tiny().optimizer(OptimizerKind.SGD)
                        .momentum(0.5)
                        .learningRate(0.1)
                        .schedule(ScheduleKind.CONSTANT)
                        .build();
        double[] expected = params(options);
        double[] momentum = new double[expected.length];
        for (int step = 0; step < 3; step++) {
            double[] g = gradients(options, expected);
            for (int i = 0; i < expected.length; i++) {
                momentum[i] = 0.5 * momentum[i] + g[i];
                expected[i] -= 0.1 * momentum[i];
            }
        }

        assertThat(after(options, 3)).containsExactly(expected, within(1e-14));
    }

    /// With this much decay, the update of Adam is all that is left of a weight.
    @Test
    void adamwShrinksWeightsButNotEmbeddings() {
        ModelOptions.Builder builder = tiny().learningRate(0.1).schedule(ScheduleKind.CONSTANT);
        double[] adam = after(builder.build(), 1);
        ModelOptions options = builder.optimizer(OptimizerKind.ADAMW).weightDecay(10).build();
        double[] before = params(options);
        double[] adamw = after(options, 1);

        for (Matrix matrix : Matrix.of(options, VOCAB)) {
            boolean isEmbedding = List.of("wte", "wpe").contains(matrix.name());
            for (int i = matrix.offset(); i < matrix.end(); i++) {
                assertThat(adamw[i])
                        .isCloseTo(adam[i] - (isEmbedding ? 0 : before[i]), within(1e-12));
            }
        }
    }

    @Test
    void muonUpdatesMatricesOfLayersByTheirDirections() {
        ModelOptions options =
                tiny().optimizer(OptimizerKind.MUON)
                        .weightDecay(0)
                        .learningRate(0.1)
                        .schedule(ScheduleKind.CONSTANT)
                        .build();
        double[] before = params(options);
        double[] after = after(options, 1);
        double[] adam = after(tiny().learningRate(0.1).schedule(ScheduleKind.CONSTANT).build(), 1);

        for (Matrix matrix : Matrix.of(options, VOCAB)) {
            double squares = 0;
            for (int i = matrix.offset(); i < matrix.end(); i++) {
                squares += Math.pow(after[i] - before[i], 2);
                if (!matrix.name().startsWith("layer")) {
                    assertThat(after[i]).isEqualTo(adam[i]);
                }
            }
            if (matrix.name().startsWith("layer")) {
                // 0.2 times the learning rate, as all singular values are about 1
                assertThat(Math.sqrt(squares / matrix.size())).isBetween(0.1 * 0.08, 0.1 * 0.25);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLongGradientIsShortened(EngineKind kind) {
        ModelOptions.Builder builder =
                tiny().optimizer(OptimizerKind.SGD)
                        .momentum(0)
                        .learningRate(1)
                        .schedule(ScheduleKind.CONSTANT);
        double[] before = params(builder.build());
        double norm = norm(gradients(builder.build(), before));
        for (double clip : new double[] {norm / 4, norm * 4}) {
            ModelOptions options = builder.gradientClip(clip).build();
            Engine engine = engine(kind, options, before);

            double _ = engine.trainStep(BATCH, options.settings(0), null);

            double[] after = engine.params();
            double[] change = new double[after.length];
            Arrays.setAll(change, i -> before[i] - after[i]);
            assertThat(norm(change)).isCloseTo(Math.min(norm, clip), within(1e-5 * norm));
            assertThat(engine.lastGradientScale())
                    .isCloseTo(Math.min(1, clip / norm), within(1e-6));
        }
    }

    private static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(e -> e * e).sum());
    }

    @ParameterizedTest
    @EnumSource
    void theShareOfClippedStepsIsShown(EngineKind kind) {
        MicroGpt model =
                SmallModels.ready(
                        tiny().engine(kind).gradientClip(1e-6).build(), SmallModels.NAMES);
        StepDiagnostics first = Objects.requireNonNull(model.trainStep(true).diagnostics());
        assertThat(first.clippedShare()).isEqualTo(1);
        assertThat(first.gradientScale()).isBetween(1e-9, 1e-3);

        model.steer(OptionValues.of(ModelOption.GRADIENT_CLIP, 1e6));
        StepDiagnostics second = Objects.requireNonNull(model.trainStep(true).diagnostics());
        assertThat(second.clippedShare()).isEqualTo(0.5);
        assertThat(second.gradientScale()).isNull();
    }

    /// A step is small enough that the loss falls with each optimiser.
    @ParameterizedTest
    @EnumSource
    void eachOptimiserLearns(OptimizerKind optimizer) {
        ModelOptions options =
                ModelOptions.builder()
                        .optimizer(optimizer)
                        .learningRate(optimizer == OptimizerKind.SGD ? 0.1 : 0.01)
                        .numSteps(300)
                        .gradientClip(1)
                        .build();
        MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
        double first = model.advance();
        for (int i = 1; i < 300; i++) {
            double _ = model.advance();
        }

        assertThat(Arrays.stream(model.getLossHistory()).skip(290).average().orElseThrow())
                .isLessThan(first / 2);
    }

    @ParameterizedTest
    @EnumSource
    void aCopyContinuesToTheBit(OptimizerKind optimizer) {
        ModelOptions options = tiny().optimizer(optimizer).dropout(0.2).gradientClip(0.5).build();
        MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
        for (int i = 0; i < 5; i++) {
            double _ = model.advance();
        }
        MicroGpt copy = model.copy();
        MicroGpt restored = new MicroGpt(model.checkpoint());

        for (int i = 0; i < 5; i++) {
            double loss = model.advance();
            assertThat(copy.advance()).isEqualTo(loss);
            assertThat(restored.advance()).isEqualTo(loss);
        }
        assertThat(copy.state().params()).containsExactly(model.state().params());
    }
}
