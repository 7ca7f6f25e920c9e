package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Training with numbers that grow without bound.
final class MicroGptDivergenceTest {

    private static MicroGpt diverging(double learningRate, long seed) {
        return SmallModels.ready(
                SmallModels.options().learningRate(learningRate).seed(seed).build(),
                SmallModels.NAMES);
    }

    /// In the last four cases, a probability becomes so small that the loss is still finite, but not
    /// the gradient.
    @ParameterizedTest
    @CsvSource({
        "1e150, 42",
        "1e10, 42",
        "10, 42",
        "1.1957099225225234, 639",
        "0.7111820226910944, 443",
        "1.4108620998006205, 590",
        "1.5956568979720958, 99",
    })
    void aStepEitherSucceedsWithFiniteNumbersOrChangesNothing(double learningRate, long seed) {
        MicroGpt model = diverging(learningRate, seed);
        double[][] embeddings = {};
        ParamStats stats = model.paramStats();
        DivergedException diverged = null;

        for (int i = 0; i < 30 && diverged == null; i++) {
            embeddings = embeddings(model);
            stats = model.paramStats();
            assertThat(stats.mean()).isFinite();
            assertThat(stats.std()).isFinite();
            diverged = catchThrowableOfType(DivergedException.class, model::advance);
        }

        long steps = model.step();
        assertThat(diverged).isNotNull().hasMessageContainingAll("step " + (steps + 1), "diverged");
        assertThat(embeddings(model)).isDeepEqualTo(embeddings);
        assertThat(model.paramStats()).isEqualTo(stats);
        assertThat(model.getLossHistory()).hasSize((int) steps);
        assertThat(model.getLossHistory()).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
        assertThatExceptionOfType(DivergedException.class).isThrownBy(model::trainStep);
        assertThat(model.step()).isEqualTo(steps);
    }

    @Test
    void failsToGenerateWhenLogitsAreNotFinite() {
        MicroGpt model = diverging(1e140, 42);
        assertThat(model.advance()).isFinite();

        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> model.generate(0.5))
                .withMessageContaining("diverged");
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> model.generate(GenerateOptions.defaults().withTemperature(0)));
    }

    private static double[][] embeddings(MicroGpt model) {
        return model.getEmbeddings().stream()
                .map(TokenEmbedding::embedding)
                .toArray(double[][]::new);
    }
}
