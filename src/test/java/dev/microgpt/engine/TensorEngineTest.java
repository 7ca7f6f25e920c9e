package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.microgpt.engine.training.StepSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Random;

/// Determinism, divergence and memory estimates of the tensor engine.
final class TensorEngineTest {

    private static ModelOptions.Builder options() {
        return ModelOptions.builder().engine(EngineKind.TENSOR);
    }

    @Test
    void repeatedTrainingIsBitIdentical() {
        MicroGpt first = SmallModels.ready(options().batchSize(2).build(), SmallModels.NAMES);
        MicroGpt second = SmallModels.ready(options().batchSize(2).build(), SmallModels.NAMES);
        for (int i = 0; i < 300; i++) {
            assertThat(second.advance()).isEqualTo(first.advance());
        }
        assertThat(second.generate(1).text()).isEqualTo(first.generate(1).text());
    }

    @Test
    void inspectingTheModelDoesNotChangeItsTraining() {
        MicroGpt undisturbed = SmallModels.ready(options().nLayer(2).build(), SmallModels.NAMES);
        MicroGpt watched = SmallModels.ready(options().nLayer(2).build(), SmallModels.NAMES);
        GenerateOptions generate = GenerateOptions.defaults().withViz(true);
        for (int i = 0; i < 100; i++) {
            assertThat(watched.trainStep(i % 2 == 0).loss()).isEqualTo(undisturbed.advance());
            watched.generate(generate.withViz(i % 3 == 0), watched.newRandom(i));
            watched.score("charlie");
            watched.inspect("bobbobbobbobbobbobbobbob");
            watched.getEmbeddings();
        }
    }

    /// All embeddings are 1, and lm_head is 0 but for token 0, whose logit is infinite.
    @Test
    void aStepThatDivergesChangesNothing() {
        ModelOptions options = options().nEmbd(4).blockSize(2).build();
        double[] params = new double[(int) options.numParams(6)];
        Arrays.fill(params, 0, 6 * 4, 1); // wte
        Arrays.fill(params, 8 * 4, 9 * 4, 3e38); // the first row of lm_head
        TensorEngine engine = new TensorEngine(options.shape(6), params);
        ParamStats before = engine.paramStats();
        int[][] batch = {{5, 1, 1, 5}};

        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> engine.trainStep(batch, StepSettings.of(0, 0.01), null));

        assertThat(engine.paramStats()).isEqualTo(before);
        assertThat(engine.predictor().embedding(0)).containsExactly(1, 1, 1, 1);
    }

    /// The parameters after the update would overflow single precision.
    @ParameterizedTest
    @ValueSource(doubles = {1e38, 1e40, 1e300, Double.MAX_VALUE})
    void aStepWhoseUpdateIsTooLargeChangesNothing(double learningRate) {
        MicroGpt diverging =
                SmallModels.ready(options().learningRate(learningRate).build(), SmallModels.NAMES);
        ParamStats stats = diverging.paramStats();
        double[] embedding = diverging.getEmbeddings().getFirst().embedding();
        for (DivergedException diverged = null; diverged == null; ) {
            stats = diverging.paramStats();
            embedding = diverging.getEmbeddings().getFirst().embedding();
            assertThat(stats.mean()).isFinite();
            assertThat(stats.std()).isFinite();
            assertThat(diverging.step()).isLessThan(50);
            diverged = catchThrowableOfType(DivergedException.class, diverging::advance);
        }

        assertThat(diverging.paramStats()).isEqualTo(stats);
        assertThat(diverging.getEmbeddings().getFirst().embedding()).containsExactly(embedding);
        assertThat(diverging.getLossHistory()).hasSize((int) diverging.step());
    }

    /// Each parameter takes 4 bytes in each of 5 arrays.
    @Test
    void estimatesOfHugeModelsDoNotOverflow() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            ModelOptions options =
                    options()
                            .nEmbd(huge(random))
                            .nHead(1)
                            .nLayer(huge(random))
                            .blockSize(huge(random))
                            .batchSize(huge(random))
                            .build();
            int vocabSize = 1 + huge(random) / 2;
            double floor = Math.min(0x1p63, 20.0 * options.numParams(vocabSize));
            assertThat((double) Engine.estimateBytes(options, vocabSize, huge(random)))
                    .as("%s, %d", options, vocabSize)
                    .isGreaterThanOrEqualTo(floor);
        }
    }

    private static int huge(Random random) {
        return Integer.MAX_VALUE >> random.nextInt(31);
    }

    @ParameterizedTest
    @CsvSource({
        "2147483647, 1, 1, 16, 1, 5",
        "16, 1, 2147483647, 16, 1, 5",
        "16, 1, 1, 2147483647, 1, 5",
        "16, 1, 1, 2147483640, 1, 5",
        "16, 1, 1, 2147483600, 1, 2147483647",
        "16, 1, 11184810, 2147483000, 1, 5", // the sum of two overflows is small
        "536870912, 1, 1, 2147483628, 1, 5",
        "1073741824, 1, 1, 16, 1, 5",
        "16, 1, 1, 1000000, 2147483647, 1000000",
        "170, 10, 1, 10000, 300, 10000", // only the array of queries, keys and values is too long
    })
    void hugeEstimatesSaturate(
            int nEmbd, int nHead, int nLayer, int blockSize, int batchSize, int tokens) {
        ModelOptions options =
                options()
                        .nEmbd(nEmbd)
                        .nHead(nHead)
                        .nLayer(nLayer)
                        .blockSize(blockSize)
                        .batchSize(batchSize)
                        .build();

        assertThat(Engine.estimateBytes(options, 6, tokens)).isEqualTo(Long.MAX_VALUE);
    }
}
