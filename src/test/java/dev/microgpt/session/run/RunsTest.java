package dev.microgpt.session.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.run.RunState.Trigger;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;

/// The runs of a session.
final class RunsTest {

    private static final RunCall CALL = new RunCall(10, null, null, null);
    private static final Instant NOW = Instant.EPOCH;

    private final Runs runs = new Runs();

    private Run start() {
        return runs.start(CALL, NOW, 0);
    }

    private void startAndCancel() {
        runs.end(start(), Trigger.CANCEL, "it was cancelled", NOW);
    }

    @Test
    void idsCountFromOne() {
        startAndCancel();
        startAndCancel();

        assertThat(start().id()).isEqualTo(3);
        assertThat(runs.views()).extracting(RunView::id).containsExactly(1L, 2L, 3L);
    }

    @Test
    void atMostOneRunHasNotEnded() {
        Run run = start();
        assertThat(runs.isActive()).isTrue();
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(this::start)
                .withMessageContaining("run 1 of this session is queued")
                .matches(e -> e.code() == ErrorCode.BUSY);
        assertThat(run.trigger(Trigger.PAUSE)).isTrue();
        assertThat(runs.isActive()).isFalse();
        assertThatExceptionOfType(SessionException.class).isThrownBy(runs::requireNone);
        runs.end(run, Trigger.CANCEL, "why", NOW);

        runs.requireNone();
        assertThat(runs.current()).isNull();
    }

    @Test
    void unknownRunIsNotFound() {
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> runs.find(1))
                .matches(e -> e.code() == ErrorCode.NOT_FOUND);
    }

    @Test
    void newestHundredRunsAreKept() {
        for (int i = 0; i < 130; i++) {
            startAndCancel();
        }
        assertThat(runs.views())
                .hasSize(100)
                .extracting(RunView::id)
                .startsWith(31L)
                .endsWith(130L);
        assertThat(runs.snapshots()).hasSize(100);
        Run run = start();

        assertThat(run.id()).isEqualTo(131);
        assertThat(runs.views()).hasSize(100).extracting(RunView::id).startsWith(32L);
    }

    @Test
    void viewOfEndedRunShowsItsEnd() {
        Run run = start();
        List<RunView> before = runs.views();
        run.beginSlice(0);
        run.addLoss(1.5);
        runs.end(run, Trigger.FAILURE, "why", NOW.plusSeconds(3));
        startAndCancel();
        RunView ended = runs.views().getFirst();

        assertThat(before.getFirst().state()).isEqualTo(RunState.QUEUED);
        assertThat(ended.state()).isEqualTo(RunState.FAILED);
        assertThat(ended.reason()).isEqualTo("why");
        assertThat(ended.loss()).isEqualTo(1.5);
        assertThat(ended.endedAt()).isEqualTo(NOW.plusSeconds(3));
        assertThat(runs.views()).hasSize(2);
    }

    @Test
    void restoredRunsEqualOriginals() {
        startAndCancel();
        Run run = start();
        assertThat(run.trigger(Trigger.PAUSE)).isTrue();
        Runs restored = new Runs();
        runs.snapshots().forEach(snapshot -> restored.apply(snapshot, new LossHistory(), 0));

        assertThat(restored.views()).isEqualTo(runs.views());
        assertThat(restored.current()).isNotNull();
        assertThat(restored.snapshots()).isEqualTo(runs.snapshots());
    }

    @Test
    void laterSnapshotUpdatesKnownRun() {
        Run run = start();
        RunSnapshot queued = run.snapshot();
        runs.end(run, Trigger.CANCEL, "why", NOW);
        Runs restored = new Runs();
        restored.apply(queued, new LossHistory(), 0);
        assertThat(restored.isActive()).isTrue();
        restored.apply(run.snapshot(), new LossHistory(), 0);

        assertThat(restored.current()).isNull();
        assertThat(restored.views()).isEqualTo(runs.views());
        restored.requireNone();
    }
}
