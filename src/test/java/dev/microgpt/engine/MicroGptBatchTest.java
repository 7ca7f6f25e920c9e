package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Training steps on several documents.
final class MicroGptBatchTest {

    private static final int NUM_DOCS = 6;
    private static final Offset<Double> ROUNDING = within(1e-12);

    /// Too small to change any parameter.
    private static final double NO_LEARNING = 1e-300;

    private static MicroGpt ready(ModelOptions.Builder options) {
        return SmallModels.ready(options.build(), SmallModels.NAMES);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 6, 7, 15})
    void batchesCycleThroughTheDocuments(int batchSize) {
        MicroGpt single = ready(SmallModels.options());
        List<String> docs =
                IntStream.range(0, NUM_DOCS).mapToObj(_ -> single.trainStep(false).doc()).toList();
        MicroGpt model = ready(SmallModels.options().batchSize(batchSize));

        for (int step = 0; step < 10; step++) {
            int first = step * batchSize;
            List<String> expected =
                    IntStream.range(first, first + batchSize)
                            .mapToObj(i -> docs.get(i % NUM_DOCS))
                            .toList();

            StepResult result = model.trainStep();

            assertThat(result.docs()).isEqualTo(expected);
            assertThat(result.doc()).isEqualTo(expected.getLast());
            assertThat(model.corpus().tokenizer().encode(result.doc(), "text"))
                    .containsExactly(inner(result.tokens()));
            assertThat(result.vizData()).hasSize(Math.min(8, result.doc().length() + 1));
        }
    }

    private static int[] inner(int[] tokens) {
        return IntStream.range(1, tokens.length - 1).map(i -> tokens[i]).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 6, 7, 15})
    void theLossOfABatchIsTheMeanOfTheLossesOfItsDocuments(int batchSize) {
        MicroGpt single = ready(SmallModels.options().learningRate(NO_LEARNING));
        double[] losses = DoubleStream.generate(single::advance).limit(NUM_DOCS).toArray();
        MicroGpt model =
                ready(SmallModels.options().learningRate(NO_LEARNING).batchSize(batchSize));

        for (int step = 0; step < 8; step++) {
            int first = step * batchSize;
            double mean =
                    IntStream.range(first, first + batchSize)
                            .mapToDouble(i -> losses[i % NUM_DOCS])
                            .average()
                            .orElseThrow();
            assertThat(model.advance()).isCloseTo(mean, ROUNDING);
        }
    }

    @Test
    void aBatchOfOneEqualsASingleDocument() {
        MicroGpt one = ready(SmallModels.options().batchSize(1));
        MicroGpt two = ready(SmallModels.options());

        for (int i = 0; i < 10; i++) {
            assertThat(one.advance()).isEqualTo(two.advance());
        }
    }

    /// A batch with six copies of each document has the same loss as a batch with one copy.
    @Test
    void repeatingAllDocumentsInABatchChangesNothing() {
        MicroGpt once = ready(SmallModels.options().batchSize(NUM_DOCS));
        MicroGpt sixTimes = ready(SmallModels.options().batchSize(6 * NUM_DOCS));

        for (int i = 0; i < 5; i++) {
            assertThat(sixTimes.advance()).isCloseTo(once.advance(), within(1e-9));
        }
    }

    @Test
    void tracesTheLastDocumentOfTheBatch() {
        MicroGpt single = ready(SmallModels.options().learningRate(NO_LEARNING));
        assertThat(single.advance()).isPositive();
        List<Trace> expected = single.trainStep().vizData();

        List<Trace> traces = ready(SmallModels.options().batchSize(2)).trainStep().vizData();

        assertThat(traces).hasSameSizeAs(expected);
        assertThat(traces.getLast().embedding()).containsExactly(expected.getLast().embedding());
        assertThat(traces.getLast().attentionWeights())
                .isDeepEqualTo(expected.getLast().attentionWeights());
    }
}
