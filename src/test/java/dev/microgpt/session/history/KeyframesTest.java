package dev.microgpt.session.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/// Which keyframes are kept, and how they share memory.
final class KeyframesTest {

    private static final int STEPS = 2000;

    private final Keyframes keyframes = new Keyframes();
    private final MicroGpt model =
            new MicroGpt(ModelOptions.builder().nEmbd(4).nHead(1).blockSize(4).build());
    private long bytesPerKeyframe;

    @BeforeEach
    void load() {
        model.loadData("ab\nba");
        model.initParams();
        bytesPerKeyframe = model.state().bytes();
    }

    private void train() {
        for (int step = 0; step <= STEPS; step++) {
            if (Keyframes.isDue(step)) {
                keyframes.add(model.state());
            }
            model.advance();
        }
    }

    private List<Long> steps() {
        return keyframes.view().steps();
    }

    @Test
    void first16StepsAndEightStepsPerDoublingAreDue() {
        assertThat(LongStream.rangeClosed(0, 100).filter(Keyframes::isDue))
                .containsExactly(
                        0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L, 15L, 16L,
                        18L, 20L, 22L, 24L, 26L, 28L, 30L, 32L, 36L, 40L, 44L, 48L, 52L, 56L, 60L,
                        64L, 72L, 80L, 88L, 96L);
        assertThat(LongStream.range(1 << 20, 1 << 21).filter(Keyframes::isDue).count())
                .isEqualTo(8);
        assertThat(Keyframes.isDue(1L << 62)).isTrue();
        assertThat(Keyframes.isDue((1L << 62) + 1)).isFalse();
    }

    @Test
    void allKeyframesAreKeptWithinTheLimit() {
        train();
        assertThat(steps())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(0, STEPS).filter(Keyframes::isDue).boxed().toList());
    }

    @Test
    void beyondTheLimitFirstAndNewestStayAndTheOthersAreSpreadEvenly() {
        keyframes.limit(12 * bytesPerKeyframe);
        train();

        assertThat(keyframes.view().bytes()).isLessThanOrEqualTo(12 * bytesPerKeyframe);
        List<Long> steps = steps();
        assertThat(steps).hasSizeBetween(10, 12).startsWith(0L).endsWith(1920L);
        for (int i = 1; i < steps.size(); i++) {
            double ratio = (steps.get(i) + 1.0) / (steps.get(i - 1) + 1.0);
            assertThat(ratio).as(steps.toString()).isLessThan(4.1);
        }
    }

    @Test
    void smallerLimitFreesMemoryAtOnce() {
        train();
        keyframes.limit(5 * bytesPerKeyframe);
        assertThat(steps()).hasSize(5).startsWith(0L).endsWith(1920L);
        keyframes.limit(1);
        assertThat(steps()).containsExactly(0L);
        assertThat(keyframes.view().bytes()).isEqualTo(bytesPerKeyframe);
    }

    @Test
    void oneIsKeptUntilAnotherOneIs() {
        train();
        keyframes.keep(model.state()); // of step 2001, which is not due
        keyframes.limit(3 * bytesPerKeyframe);
        assertThat(steps()).hasSize(3).contains(0L, 2001L);
        keyframes.limit(1);
        assertThat(steps()).containsExactly(0L, 2001L);

        model.advance();
        keyframes.keep(model.state());
        assertThat(steps()).containsExactly(0L, 2002L);
        assertThat(keyframes.view().bytes()).isEqualTo(2 * bytesPerKeyframe);
    }

    @Test
    void newestKeyframeAtOrBeforeStepIsFound() {
        train();
        assertThat(stepFor(0)).isZero();
        assertThat(stepFor(17)).isEqualTo(16);
        assertThat(stepFor(18)).isEqualTo(18);
        assertThat(stepFor(1_000_000)).isEqualTo(1920);
    }

    private long stepFor(long step) {
        ModelState state = keyframes.atOrBefore(step);
        return Objects.requireNonNull(state).step();
    }

    @Test
    void budgetIsSharedEvenly() {
        KeyframeBudget budget = new KeyframeBudget(10 * bytesPerKeyframe);
        budget.join(keyframes);
        train();
        assertThat(steps()).hasSize(10);
        Keyframes other = new Keyframes();
        budget.join(other);
        assertThat(steps()).hasSize(5);
        assertThat(other.view().maxBytes()).isEqualTo(5 * bytesPerKeyframe);
        budget.leave(other);
        assertThat(keyframes.view().maxBytes()).isEqualTo(10 * bytesPerKeyframe);
    }
}
