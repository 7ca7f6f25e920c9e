package dev.microgpt.session.history;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests when training counts as diverging. The threshold of 27 tokens is 6.59 nats.
final class DivergenceDetectorTest {

    private static final int VOCABULARY = 27;

    private final LossHistory losses = new LossHistory();
    private final DivergenceDetector detector = new DivergenceDetector(losses, VOCABULARY);

    private void append(int count, double loss) {
        for (int i = 0; i < count; i++) {
            losses.append(loss);
        }
    }

    @Test
    void theStepAtWhichTheLossesBecameHighIsKept() {
        append(250, 2);
        append(60, 10);
        append(1, 2);
        assertThat(detector.current()).isEqualTo(new Divergence(251, (60 * 10 + 40 * 2) / 100.0));
        append(200, 20);
        assertThat(detector.current()).extracting(Divergence::step).isEqualTo(251L);
        assertThat(new DivergenceDetector(losses, VOCABULARY).current())
                .as("from the losses alone")
                .isEqualTo(detector.current());
    }

    @Test
    void endsWhenTheLossesAreLowAgainHoweverHighTheyWere() {
        append(200, 2);
        append(100, 6.8e19);
        assertThat(detector.current()).isNotNull();
        append(99, 2);
        assertThat(detector.current()).isNotNull();
        append(1, 2);
        assertThat(detector.current()).isNull();
    }

    @Test
    void nothingIsReportedBeforeTheFirstStepsHaveLeftTheMean() {
        append(199, 7);
        assertThat(detector.current()).isNull();
        append(1, 7);
        assertThat(detector.current()).isEqualTo(new Divergence(1, 7));
    }

    @Test
    void aHighStartIsNoDivergence() {
        append(100, 9);
        append(200, 2);
        assertThat(detector.current()).isNull();
    }

    @Test
    void theLargestLossesDoNotOverflow() {
        append(300, Double.MAX_VALUE);
        Divergence divergence = detector.current();
        assertThat(divergence).isNotNull();
        assertThat(requireNonNull(divergence).loss()).isFinite();
    }

    @Test
    void lossesThatAreUnknownDoNotCount() {
        LossHistory cut = LossHistory.startingAfter(5000);
        DivergenceDetector ofCut = new DivergenceDetector(cut, VOCABULARY);
        for (int i = 0; i < 99; i++) {
            cut.append(9);
        }
        assertThat(ofCut.current()).isNull();
        cut.append(9);
        assertThat(ofCut.current()).isEqualTo(new Divergence(5001, 9));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 64, 128})
    void aNormalStartIsNoDivergence(int nEmbd) {
        MicroGpt model = new MicroGpt(ModelOptions.builder().nEmbd(nEmbd).build());
        model.loadData("alice\nbob\ncharlie\ndavid\nemma\nfrank");
        model.initParams();
        DivergenceDetector ofModel =
                new DivergenceDetector(model.lossHistory(), model.getConfig().vocabSize());
        for (int i = 0; i < 400; i++) {
            double _ = model.advance();
            assertThat(ofModel.current()).isNull();
        }
    }
}
