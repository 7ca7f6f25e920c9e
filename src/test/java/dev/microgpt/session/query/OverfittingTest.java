package dev.microgpt.session.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.support.SharesNothing;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Tests where a rise of the validation loss is told from noise.
@SharesNothing
final class OverfittingTest {

    private static final int INTERVAL = 100;

    /// @param slope change of the training loss per step
    /// @param validation validation losses at steps 0, 100, 200, …
    private static @Nullable Long overfitSince(double slope, double... validation) {
        LossHistory training = new LossHistory();
        List<ValidationLoss> losses = new ArrayList<>();
        for (int i = 0; i < validation.length; i++) {
            losses.add(new ValidationLoss((long) i * INTERVAL, validation[i]));
        }
        for (int step = 1; step <= INTERVAL * (validation.length - 1); step++) {
            training.append(3 + slope * step);
        }
        ValidationLoss best =
                losses.stream().min(Comparator.comparingDouble(ValidationLoss::loss)).orElseThrow();
        return Validation.overfitSince(losses, best, training);
    }

    @Test
    void aRiseWhileTheTrainingLossFallsIsOverfitting() {
        assertThat(overfitSince(-0.001, 3, 2.5, 2.2, 2.25, 2.3, 2.4)).isEqualTo(200);
    }

    @Test
    void aShortOrSmallRiseIsNot() {
        assertThat(overfitSince(-0.001, 3, 2.5, 2.2, 2.25, 2.3)).isNull();
        assertThat(overfitSince(-0.001, 3, 2.5, 2.2, 2.21, 2.21, 2.21)).isNull();
        assertThat(overfitSince(-0.001, 3, 2.5, 2.4, 2.3, 2.2, 2.1)).isNull();
    }

    @Test
    void neitherIsARiseOfBothLosses() {
        assertThat(overfitSince(0.001, 3, 2.5, 2.2, 2.25, 2.3, 2.4)).isNull();
    }
}
