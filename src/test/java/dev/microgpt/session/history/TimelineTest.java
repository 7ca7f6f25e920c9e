package dev.microgpt.session.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.engine.random.RandomSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Instant;
import java.util.List;

/// The recorded past of a session.
final class TimelineTest {

    private static final Instant NOW = Instant.EPOCH;
    private static final ModelOptions OPTIONS = ModelOptions.defaults();

    private final Timeline timeline = new Timeline();

    private static SessionEvent event(long step) {
        return SessionEvent.of(step, NOW, SessionEvent.Kind.LOADED, null);
    }

    private static TextSample sample(long step) {
        return new TextSample(step, 0.01, "text", false);
    }

    private static ModelOptions rate(double learningRate) {
        return OptionValues.of(ModelOption.LEARNING_RATE, learningRate).applyTo(OPTIONS);
    }

    // ---- failure

    @Test
    void failureBelongsToItsStep() {
        timeline.add(SessionEvent.failed(5, NOW, null, "first"));
        timeline.add(SessionEvent.failed(7, NOW, 1L, "second"));
        timeline.add(event(7));

        assertThat(timeline.failureAfter(7)).isEqualTo(new TrainingFailure(8, "second"));
        assertThat(timeline.failureAfter(5)).isEqualTo(new TrainingFailure(6, "first"));
        assertThat(timeline.failureAfter(6)).isNull();
    }

    @Test
    void newestFailureOfStepIsReturned() {
        timeline.add(SessionEvent.failed(5, NOW, null, "in the previous epoch"));
        timeline.add(SessionEvent.failed(5, NOW, null, "in this epoch"));

        assertThat(timeline.failureAfter(5)).isEqualTo(new TrainingFailure(6, "in this epoch"));
    }

    @Test
    void failureWithoutReasonIsIgnored() {
        timeline.add(SessionEvent.failed(5, NOW, null, null));

        assertThat(timeline.failureAfter(5)).isNull();
    }

    // ---- restart

    @Test
    void restartKeepsOnlyEvents() {
        timeline.addScheduleEntry(0, OPTIONS);
        timeline.add(event(0));
        timeline.add(sample(0));
        timeline.beforeDraw(0, RandomKind.MULBERRY32.create(1));
        timeline.restart();

        assertThat(timeline.isEmpty()).isTrue();
        assertThat(timeline.history())
                .isEqualTo(new History(List.of(event(0)), List.of(), List.of(), List.of()));
        assertThat(timeline.state().draws()).isEmpty();
        assertThat(timeline.keyframes().view().steps()).isEmpty();
    }

    @Test
    void newestThousandEventsAreKept() {
        for (int i = 0; i < 1200; i++) {
            timeline.add(event(i));
        }

        assertThat(timeline.history().events()).hasSize(1000).startsWith(event(200));
    }

    // ---- schedule

    @Test
    void newestOptionsOfStepReplaceEarlierOnes() {
        timeline.addScheduleEntry(0, rate(0.1));
        timeline.addScheduleEntry(0, rate(0.2));
        timeline.addScheduleEntry(4, rate(0.3));

        assertThat(timeline.history().schedule())
                .containsExactly(ScheduleEntry.of(0, rate(0.2)), ScheduleEntry.of(4, rate(0.3)));
        assertThat(timeline.scheduleUpTo(3)).containsExactly(ScheduleEntry.of(0, rate(0.2)));
        assertThat(timeline.scheduleUpTo(4)).hasSize(2);
    }

    // ---- generator

    @ParameterizedTest
    @EnumSource
    void generatorAtStepIsThatBeforeTheNextDraw(RandomKind kind) {
        RandomSource generator = kind.create(7);
        int[] first = generator.words();
        timeline.beforeDraw(3, generator);
        double _ = generator.random();
        timeline.beforeDraw(3, generator); // the second draw after a step adds nothing
        double _ = generator.random();
        int[] second = generator.words();
        timeline.beforeDraw(9, generator);
        double _ = generator.random();
        int[] now = generator.words();

        assertThat(timeline.generatorAt(0, generator).words()).containsExactly(first);
        assertThat(timeline.generatorAt(3, generator).words()).containsExactly(first);
        assertThat(timeline.generatorAt(4, generator).words()).containsExactly(second);
        assertThat(timeline.generatorAt(9, generator).words()).containsExactly(second);
        assertThat(timeline.generatorAt(10, generator).words()).containsExactly(now);
        assertThat(timeline.generatorAt(10, generator)).isNotSameAs(generator);
    }

    // ---- copies

    private void fill() {
        RandomSource generator = RandomKind.MULBERRY32.create(1);
        for (long step : new long[] {0, 4, 8}) {
            timeline.addScheduleEntry(step, rate(0.1 + step));
            timeline.add(event(step));
            timeline.add(sample(step));
            timeline.beforeDraw(step, generator);
        }
    }

    @Test
    void copyUpToStepHasNothingAfterIt() {
        fill();
        TimelineState state = timeline.upTo(4, true).state();

        assertThat(state.events()).containsExactly(event(0), event(4));
        assertThat(state.samples()).containsExactly(sample(0), sample(4));
        assertThat(state.schedule()).extracting(ScheduleEntry::fromStep).containsExactly(0L, 4L);
        assertThat(state.draws()).extracting(TimelineState.Draw::step).containsExactly(0L, 4L);
    }

    @Test
    void copyCanOmitDrawsAfterItsStep() {
        fill();

        assertThat(timeline.upTo(4, false).state().draws())
                .extracting(TimelineState.Draw::step)
                .containsExactly(0L);
    }

    @Test
    void copyIsIndependent() {
        fill();
        Timeline copy = timeline.upTo(8, true);
        copy.add(event(9));
        timeline.restart();

        assertThat(timeline.history().events()).hasSize(3);
        assertThat(copy.history().events()).hasSize(4);
        assertThat(copy.history().samples()).hasSize(3);
    }

    @Test
    void restoredTimelineEqualsOriginal() {
        fill();
        Timeline restored = Timeline.restore(timeline.state(), List.of(), RandomKind.MULBERRY32);

        assertThat(restored.history()).isEqualTo(timeline.history());
        assertThat(restored.state().draws()).hasSameSizeAs(timeline.state().draws());
        RandomSource now = RandomKind.MULBERRY32.create(2);
        assertThat(restored.generatorAt(8, now).words())
                .containsExactly(timeline.generatorAt(8, now).words());
    }
}
