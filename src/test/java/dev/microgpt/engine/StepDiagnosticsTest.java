package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.training.StepSettings;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The diagnostics of a training step, which do not change the training.
final class StepDiagnosticsTest {

    private static final int VOCAB = 6;
    private static final int[][][] BATCHES = {
        {{5, 0, 3, 3, 1, 5}},
        {{5, 2, 0, 5}, {5, 4, 5}, {5, 1, 1, 2, 0, 3, 4, 4, 1, 2, 5}},
    };

    private static ModelOptions.Builder options(EngineKind engine) {
        return SmallModels.options().engine(engine).nLayer(2);
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void aStepWithoutTracesHasNoDiagnostics(EngineKind engine) {
        MicroGpt model = SmallModels.ready(options(engine).build(), SmallModels.NAMES);

        assertThat(model.trainStep(false).diagnostics()).isNull();
        assertThat(model.trainStep(true).diagnostics()).isNotNull();
        assertThat(model.trainStep().diagnostics()).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void diagnosticsHaveAnEntryForEachMatrixAndLayer(EngineKind engine) {
        ModelOptions options = options(engine).batchSize(3).build();
        MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);

        StepDiagnostics diagnostics = Objects.requireNonNull(model.trainStep().diagnostics());

        assertThat(diagnostics.matrices().stream().map(MatrixDiagnostics::name))
                .containsExactlyElementsOf(
                        Matrix.of(options, model.getConfig().vocabSize()).stream()
                                .map(Matrix::name)
                                .toList());
        for (MatrixDiagnostics matrix : diagnostics.matrices()) {
            assertThat(matrix.gradientNorm()).as(matrix.name()).isPositive();
            assertThat(matrix.weightNorm()).as(matrix.name()).isPositive();
            assertThat(matrix.updateRatio()).as(matrix.name()).isBetween(0.01, 1.0);
        }
        assertThat(diagnostics.deadUnits()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void deadUnitsAreNeverActiveInTheTraces(EngineKind engine) {
        MicroGpt model = SmallModels.ready(options(engine).build(), SmallModels.NAMES);
        for (int step = 0; step < 50; step++) {
            StepResult result = model.trainStep();

            double[] dead = Objects.requireNonNull(result.diagnostics()).deadUnits();
            for (int layer = 0; layer < dead.length; layer++) {
                assertThat(dead[layer]).isEqualTo(inactiveShare(result.vizData(), layer));
            }
        }
    }

    private static double inactiveShare(List<Trace> traces, int layer) {
        int units = traces.getFirst().mlpActivations()[layer].length;
        int count = 0;
        for (int i = 0; i < units; i++) {
            int unit = i;
            if (traces.stream().allMatch(t -> t.mlpActivations()[layer][unit] <= 0)) {
                count++;
            }
        }
        return (double) count / units;
    }

    /// If the first linear layer of an MLP is 0, none of its units is ever active.
    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void aMatrixOfZerosHasUpdateRatioZeroAndOnlyDeadUnits(EngineKind engine) {
        ModelOptions options = options(engine).build();
        double[] params = params(options);
        int index = 3 + 6 + 4; // layer1.mlp_fc1
        Matrix fc1 = Matrix.of(options, VOCAB).get(index);
        Arrays.fill(params, fc1.offset(), fc1.offset() + fc1.size(), 0);

        StepDiagnostics diagnostics = observedStep(engine(options, params), options, 0, BATCHES[0]);

        assertThat(diagnostics.matrices().get(index))
                .isEqualTo(new MatrixDiagnostics("layer1.mlp_fc1", 0, 0, 0));
        assertThat(diagnostics.deadUnits()[0]).isLessThan(1);
        assertThat(diagnostics.deadUnits()[1]).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void observedStepsHaveTheSameLosses(EngineKind engine) {
        ModelOptions options = options(engine).batchSize(2).build();
        MicroGpt watched = SmallModels.ready(options, SmallModels.NAMES);
        MicroGpt undisturbed = SmallModels.ready(options, SmallModels.NAMES);
        for (int step = 0; step < 50; step++) {
            assertThat(watched.trainStep(true).loss()).isEqualTo(undisturbed.advance());
        }
        assertThat(watched.paramStats()).isEqualTo(undisturbed.paramStats());
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void observedStepsHaveBitIdenticalParameters(EngineKind engine) {
        ModelOptions options = options(engine).build();
        Engine watched = engine(options, params(options));
        Engine undisturbed = engine(options, params(options));
        for (int step = 0; step < 50; step++) {
            int[][] batch = BATCHES[step % BATCHES.length];
            observedStep(watched, options, step, batch);
            undisturbed.trainStep(batch, StepSettings.of(step, learningRate(step)), null);

            assertThat(params(watched)).containsExactly(params(undisturbed));
        }
    }

    private static StepDiagnostics observedStep(
            Engine engine, ModelOptions options, int step, int[][] batch) {
        StepObservation observation = new StepObservation(options.shape(VOCAB));
        engine.trainStep(batch, StepSettings.of(step, learningRate(step)), observation);
        return observation.diagnostics(null);
    }

    /// Some rates are above the limit that the tensor engine regards as safe.
    private static double learningRate(int step) {
        return step % 7 == 0 ? 0.2 : 0.01;
    }

    private static double[] params(ModelOptions options) {
        MicroGpt model = SmallModels.ready(options, "abcde");
        assertThat(model.getConfig().vocabSize()).isEqualTo(VOCAB);
        double[] params = new double[model.numParams()];
        for (int i = 0; i < params.length; i++) {
            params[i] = model.random().gauss(0, 0.08);
        }
        return params;
    }

    private static Engine engine(ModelOptions options, double[] params) {
        return Engine.create(options.engine(), options.shape(VOCAB), params);
    }

    private static double[] params(Engine engine) {
        return switch (engine) {
            case ScalarEngine scalar -> scalar.params();
            case TensorEngine tensor -> tensor.params();
        };
    }
}
