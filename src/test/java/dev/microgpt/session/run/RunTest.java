package dev.microgpt.session.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.run.RunState.Trigger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;

/// One run: its steps, its completion and its speed limit.
final class RunTest {

    private static final Instant NOW = Instant.EPOCH;
    private static final MicroGpt MODEL = model();
    private static final long START = Duration.ofDays(3).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static Run run(long steps, StopWhen stopWhen) {
        return new Run(1, new RunCall(steps, null, stopWhen, null), NOW, START);
    }

    private static Run run(long steps, @Nullable Double perSecond, @Nullable Double lossBelow) {
        return new Run(
                1,
                new RunCall(steps, perSecond, new StopWhen(lossBelow, null, null), null),
                NOW,
                START);
    }

    private static MicroGpt model() {
        MicroGpt model = new MicroGpt();
        model.loadData("ab");
        model.initParams();
        return model;
    }

    private static Timeline timeline(double... losses) {
        Timeline timeline = new Timeline();
        for (int i = 0; i < losses.length; i++) {
            timeline.add(new ValidationLoss(10L * i, losses[i]), MODEL.state());
        }
        return timeline;
    }

    @Test
    void aLowValidationLossEndsARun() {
        Run run = run(100, new StopWhen(null, 2.0, null));
        add(run, 20, 3);

        assertThat(run.completionReason(20, timeline(3, 2.5, 2))).isNull();
        assertThat(run.completionReason(20, timeline(3, 2.5, 1.9)))
                .isEqualTo("the validation loss of step 20, 1.9000, is below 2.0");
        assertThat(run.completionReason(40, timeline(3, 2.5, 1.9))).isNull(); // before the run
    }

    @Test
    void aValidationLossThatDoesNotImproveEndsARun() {
        Run run = run(100, new StopWhen(null, null, 20L));
        add(run, 20, 3);

        assertThat(run.completionReason(30, timeline(3, 2, 2.1, 2.2)))
                .isEqualTo(
                        "the validation loss has not improved for 20 steps; the lowest was 2.0000, of step 10");
        assertThat(run.completionReason(30, timeline(3, 2, 2.1, 1.9))).isNull();
        // counted from the beginning of the run
        assertThat(run.completionReason(40, timeline(1, 2, 2.1, 2.2))).isNull();
        assertThat(run.completionReason(40, timeline(1, 2, 2.1, 2.2, 2.3))).isNotNull();
    }

    private static void add(Run run, int count, double loss) {
        for (int i = 0; i < count; i++) {
            run.addLoss(loss);
        }
    }

    @Test
    void runIsCompleteAfterAllItsSteps() {
        Run run = run(3, null, null);
        add(run, 2, 1.0);
        assertThat(run.completionReason(0, new Timeline())).isNull();
        assertThat(run.isLast()).isTrue();
        add(run, 1, 1.0);

        assertThat(run.completionReason(0, new Timeline()))
                .isEqualTo("all 3 steps have been trained");
        assertThat(run.isLast()).isFalse();
        assertThat(run.view().stepsDone()).isEqualTo(3);
    }

    @Test
    void lossIsTheMeanOfTheLastHundredSteps() {
        Run run = run(1000, null, null);
        assertThat(run.view().loss()).isNull();
        run.addLoss(2);
        run.addLoss(4);
        assertThat(run.view().loss()).isEqualTo(3);
        add(run, Run.WINDOW, 1.5);

        assertThat(run.view().loss()).isEqualTo(1.5);
    }

    @Test
    void stopConditionAppliesAfterHundredSteps() {
        Run run = run(1000, null, 1.0);
        add(run, Run.WINDOW - 1, 0.5);
        assertThat(run.completionReason(0, new Timeline())).isNull();
        run.addLoss(0.5);
        assertThat(run.completionReason(0, new Timeline()))
                .contains("0.5000")
                .contains("below 1.0");

        Run high = run(1000, null, 1.0);
        add(high, Run.WINDOW, 1.0);
        assertThat(high.completionReason(0, new Timeline())).isNull();
        high.addLoss(0.99);
        assertThat(high.completionReason(0, new Timeline())).isNotNull();
    }

    @Test
    void meanDoesNotDependOnLossesBeforeTheWindow() {
        Run run = run(1000, null, null);
        add(run, 30, 1e300);
        add(run, Run.WINDOW, 0.1);
        Run other = run(1000, null, null);
        add(other, Run.WINDOW, 0.1);

        assertThat(run.view().loss()).isEqualTo(other.view().loss());
    }

    @Test
    void withoutSpeedLimitNextStepIsDueAtOnce() {
        Run run = run(10, null, null);
        run.beginSlice(START);

        assertThat(run.nextStepNanos()).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void speedLimitSpreadsSteps() {
        Run run = run(10, 2.0, null);
        assertThat(run.nextStepNanos()).isEqualTo(Long.MIN_VALUE);
        run.beginSlice(START);
        assertThat(run.nextStepNanos()).isEqualTo(START);
        run.addLoss(1);
        assertThat(run.nextStepNanos()).isEqualTo(START + SECOND / 2);
        add(run, 3, 1);
        assertThat(run.nextStepNanos()).isEqualTo(START + 2 * SECOND);
    }

    @Test
    void speedLimitStartsAgainAfterPause() {
        Run run = run(10, 2.0, null);
        run.beginSlice(START);
        run.addLoss(1);
        assertThat(run.trigger(Trigger.PAUSE)).isTrue();
        assertThat(run.trigger(Trigger.RESUME)).isTrue();
        run.beginSlice(START + 100 * SECOND);

        assertThat(run.nextStepNanos()).isEqualTo(START + 100 * SECOND);
    }

    @Test
    void rateAndRemainingTimeAreShownWhileRunning() {
        Run run = run(100, null, null);
        run.beginSlice(START);
        add(run, 20, 1);
        run.endSlice(20, START + 2 * SECOND);

        assertThat(run.view().stepsPerSecond()).isCloseTo(10, within(0.1));
        assertThat(run.view().etaSeconds()).isCloseTo(8, within(0.1));
        assertThat(run.trigger(Trigger.PAUSE)).isTrue();
        assertThat(run.view().stepsPerSecond()).isZero();
        assertThat(run.view().etaSeconds()).isNull();
    }

    @Test
    void onlyFirstEndCounts() {
        Run run = run(100, null, null);
        run.end(Trigger.CANCEL, "first", NOW.plusSeconds(1));
        run.end(Trigger.CANCEL, "second", NOW.plusSeconds(2));

        assertThat(run.view().reason()).isEqualTo("first");
        assertThat(run.view().endedAt()).isEqualTo(NOW.plusSeconds(1));
        assertThat(run.trigger(Trigger.RESUME)).isFalse();
    }

    // ---- restored

    private static double[] losses(int count) {
        double[] losses = new double[count];
        for (int i = 0; i < count; i++) {
            losses[i] = 1.0 / (i + 1);
        }
        return losses;
    }

    /// Returns the run as it is restored from its snapshot.
    private static Run restore(Run run) {
        LossHistory history = new LossHistory();
        double[] all = losses((int) run.view().stepsDone());
        for (double loss : all) {
            history.append(loss);
        }
        Runs runs = new Runs();
        runs.apply(run.snapshot(), history, START);
        return runs.find(1);
    }

    @Test
    void restoredRunContinuesLikeOriginal() {
        for (int steps : new int[] {0, 1, 99, 100, 101, 250}) {
            Run run = run(1000, null, 1e-3);
            for (double loss : losses(steps)) {
                run.addLoss(loss);
            }
            assertThat(run.trigger(Trigger.PAUSE)).isTrue();
            Run restored = restore(run);

            assertThat(restored.view()).isEqualTo(run.view());
            assertThat(restored.snapshot()).isEqualTo(run.snapshot());
            add(run, 30, 0.25);
            add(restored, 30, 0.25);
            assertThat(restored.view()).isEqualTo(run.view());
        }
    }

    @Test
    void restoredRunEndsWithLossOfNewSteps() {
        Run run = run(150, null, null);
        for (double loss : losses(100)) {
            run.addLoss(loss);
        }
        assertThat(run.trigger(Trigger.PAUSE)).isTrue();
        Run restored = restore(run);
        for (Run each : new Run[] {run, restored}) {
            assertThat(each.trigger(Trigger.RESUME)).isTrue();
            each.beginSlice(START);
            add(each, 50, 5);
            each.end(Trigger.GOAL, "done", NOW);
        }

        assertThat(restored.view().loss()).isEqualTo(run.view().loss());
    }

    @Test
    void runRestoredWhileRunningKeepsItsSpeedLimit() {
        Run run = run(1000, 2.0, null);
        run.beginSlice(START);
        run.addLoss(1);
        Run restored = restore(run);
        restored.beginSlice(START + 100 * SECOND);

        assertThat(restored.nextStepNanos()).isGreaterThanOrEqualTo(START + 100 * SECOND);
    }

    @Test
    void endedRunKeepsItsMeanLossWithoutLossHistory() {
        Run run = run(1000, null, null);
        add(run, 20, 1.25);
        run.end(Trigger.CANCEL, "why", NOW);
        Runs runs = new Runs();
        runs.apply(run.snapshot(), LossHistory.startingAfter(500), START);

        assertThat(runs.find(1).view()).isEqualTo(run.view());
        assertThat(runs.current()).isNull();
    }
}
