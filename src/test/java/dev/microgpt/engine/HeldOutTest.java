package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

@SharesNothing
final class HeldOutTest {

    private static final int NUM_DOCS = 10;

    private static String text(int numDocs) {
        return IntStream.range(0, numDocs)
                .mapToObj(i -> "doc" + (char) ('a' + i % 26) + i)
                .collect(Collectors.joining("\n"));
    }

    private static MicroGpt model(ModelOptions.Builder options) {
        return SmallModels.ready(options.build(), text(NUM_DOCS));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.01, 1", "0.1, 1", "0.29, 2", "0.5, 5", "1, 1", "3, 3", "9, 9"})
    void holdsOutAShareOrANumber(double validation, int expected) {
        assertThat(new HeldOut(validation, 0).numDocuments(NUM_DOCS)).isEqualTo(expected);
        assertThat(model(SmallModels.options().validation(validation)).validationDocuments())
                .hasSize(expected);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 0.51, 0.99, 1.5, 1e10, Double.NaN})
    void otherValuesAreRejected(double validation) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> SmallModels.options().validation(validation).build())
                .withMessageContaining("validation must be")
                .withMessageContaining("but is " + validation);
    }

    @Test
    void aDocumentIsLeftForTraining() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model(SmallModels.options().validation(10)))
                .withMessage(
                        "validation must leave a document for training: of 10 documents, at most 9 can be"
                                + " held out");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new HeldOut(0.5, 0).numDocuments(1));
    }

    @ParameterizedTest
    @EnumSource
    void theyAreTheLastOfTheTrainingOrder(EngineKind engine) {
        MicroGpt plain = model(SmallModels.options().engine(engine));
        MicroGpt held = model(SmallModels.options().engine(engine).validation(4));
        int[] order = plain.order();

        assertThat(held.order()).containsExactly(order);
        assertThat(held.validationDocuments())
                .containsExactly(Arrays.copyOfRange(order, 6, NUM_DOCS));
        for (int step = 0; step < 6; step++) {
            assertThat(held.advance()).isEqualTo(plain.advance());
        }
        List<String> first = held.trainStep(false).docs();
        assertThat(first).containsExactly(held.corpus().document(order[0])); // again
        assertThat(plain.trainStep(false).docs())
                .containsExactly(plain.corpus().document(order[6]));
    }

    @Test
    void atMostAThousandAreMeasured() {
        MicroGpt model =
                SmallModels.ready(SmallModels.options().validation(2500).build(), text(5000));
        int[] order = model.order();

        assertThat(Arrays.stream(model.validationDocuments()).boxed())
                .hasSize(1000)
                .doesNotHaveDuplicates()
                .isSubsetOf(Arrays.stream(order).skip(2500).boxed().toList());
    }

    @Test
    void theLossIsThatOfTheScore() {
        MicroGpt model = model(SmallModels.options().validation(2));
        for (int document : model.validationDocuments()) {
            double[] surprisals = model.score(model.corpus().document(document)).surprisals();
            assertThat(model.lossOf(document))
                    .isCloseTo(Arrays.stream(surprisals).average().orElseThrow(), within(1e-12));
        }
    }

    @Test
    void measurementsBecomeRare() {
        assertThat(LongStream.range(0, 200).filter(new HeldOut(1, 0)::isDue))
                .containsExactly(
                        0L, 1L, 2L, 3L, 4L, 6L, 8L, 12L, 16L, 24L, 32L, 48L, 64L, 96L, 128L, 192L);
        assertThat(LongStream.range(0, 20).filter(new HeldOut(1, 7)::isDue))
                .containsExactly(0L, 7L, 14L);
        assertThat(LongStream.range(0, 20).filter(new HeldOut(0, 1)::isDue)).isEmpty();
    }

    @Test
    void aCheckpointKeepsTheSplit() {
        MicroGpt model = model(SmallModels.options().validation(0.3));
        for (int i = 0; i < 9; i++) {
            double _ = model.advance();
        }
        MicroGpt restored = new MicroGpt(model.checkpoint());

        assertThat(restored.validationDocuments()).containsExactly(model.validationDocuments());
        assertThat(restored.advance()).isEqualTo(model.advance());
    }
}
