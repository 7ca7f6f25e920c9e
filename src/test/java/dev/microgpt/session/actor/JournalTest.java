package dev.microgpt.session.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelState;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionState;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// When snapshots are written, and what they contain.
final class JournalTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final FakeTicker ticker = new FakeTicker(0, 1);
    private final FakeStore store = new FakeStore();
    private final Journal journal =
            new Journal(new Holding(TestSessions.ID, 0), store, ticker::nanos);
    private final ActiveSession session =
            new ActiveSession(
                    "demo",
                    1,
                    TestSessions.model(TestSessions.options().build()),
                    new Timeline(),
                    SessionState.READY,
                    Instant.EPOCH);

    JournalTest() {
        session.begin(SessionEvent.Kind.LOADED, Instant.EPOCH);
        var _ = journal.begin(session, null, null, null);
    }

    private void step(int count) {
        for (int i = 0; i < count; i++) {
            var _ = session.replayStep();
        }
    }

    private Change trained() {
        return new Change.Trained(session.step(), session.model().lossHistory().newest(1)[0]);
    }

    private void append(Change... changes) {
        var _ = journal.append(List.of(changes), session, null);
        journal.markAppended();
    }

    private SessionSnapshot.Contents storedContents() {
        return Objects.requireNonNull(store.image(1).snapshot().contents());
    }

    private long numSnapshots() {
        return store.kinds().stream().filter(FakeStore.Kind.SNAPSHOT::equals).count();
    }

    @Test
    void changesAreNumberedFromOne() { // the store rejects a gap
        step(1);
        append(trained());
        step(1);
        append(trained(), trained());
        append(trained());

        assertThat(store.image(1).changes()).hasSize(4);
        assertThat(store.image(1).snapshot().change()).isZero();
    }

    @Test
    void numbersContinueAfterSnapshot() {
        step(1);
        append(trained());
        var _ = journal.writeSnapshot(session);
        assertThat(store.image(1).snapshot().change()).isEqualTo(1);
        step(1);
        append(trained());

        assertThat(store.image(1).changes()).hasSize(1);
    }

    @Test
    void snapshotIsDueAfterOneSecondOfTraining() {
        journal.addTrainingTime(SECOND);
        journal.writeSnapshotIfDue(session);
        assertThat(numSnapshots()).isZero();
        journal.addTrainingTime(1);
        step(1);
        journal.writeSnapshotIfDue(session);
        assertThat(numSnapshots()).isEqualTo(1);
        journal.writeSnapshotIfDue(session);

        assertThat(numSnapshots()).isEqualTo(1);
    }

    @Test
    void slowSnapshotsAreWrittenLessOften() {
        store.hold();
        step(1);
        var _ = journal.writeSnapshot(session);
        ticker.advance(SECOND);
        store.release();
        journal.addTrainingTime(49 * SECOND);
        step(1);
        journal.writeSnapshotIfDue(session);
        assertThat(numSnapshots()).isEqualTo(1);
        journal.addTrainingTime(2 * SECOND);
        journal.writeSnapshotIfDue(session);

        assertThat(numSnapshots()).isEqualTo(2);
    }

    @Test
    void snapshotIsDueAfterManyChanges() {
        for (int i = 0; i < 1000; i++) {
            append(new Change.Drawn(0, session.model().random().words()));
        }
        journal.writeSnapshotIfDue(session);
        assertThat(numSnapshots()).isZero();
        append(new Change.Drawn(0, session.model().random().words()));
        journal.writeSnapshotIfDue(session);

        assertThat(numSnapshots()).isEqualTo(1);
        assertThat(store.image(1).changes()).isEmpty();
    }

    @Test
    void noSnapshotIsWrittenDuringBacklog() {
        store.fail(true);
        step(1);
        var _ = journal.append(List.of(trained()), session, null);
        store.fail(false);
        journal.addTrainingTime(10 * SECOND);
        journal.writeSnapshotIfDue(session);
        assertThat(journal.hasBacklog()).isTrue();
        assertThat(numSnapshots()).isZero();

        append();
        journal.writeSnapshotIfDue(session);
        assertThat(journal.hasBacklog()).isFalse();
        assertThat(numSnapshots()).isEqualTo(1);
    }

    @Test
    void backlogIsStoredOnceAndBeforeNewChanges() {
        Change first = new Change.Drawn(0, new int[] {1});
        Change second = new Change.Drawn(0, new int[] {2});
        store.fail(true);
        var _ = journal.append(List.of(first), session, null);
        store.fail(false);
        append(second);

        assertThat(store.image(1).changes()).containsExactly(first, second);
    }

    @Test
    void snapshotHasNewLossesAndKeyframesOnly() {
        step(20);
        var _ = journal.writeSnapshot(session);
        assertThat(storedContents().losses().from()).isEqualTo(1);
        assertThat(storedContents().losses().losses()).hasSize(20);
        step(6);
        var _ = journal.writeSnapshot(session);

        assertThat(storedContents().losses().from()).isEqualTo(21);
        assertThat(storedContents().losses().losses()).hasSize(6);
        assertThat(storedContents().keyframes())
                .extracting(ModelState::step)
                .containsExactly(26L, 24L, 22L);
        assertThat(storedContents().keyframeSteps()).contains(0L, 1L, 16L, 26L);
        assertThat(storedContents().order()).isNull();
    }

    @Test
    void snapshotAfterFailedOneIncludesItsContents() {
        step(5);
        store.fail(true);
        var failed = journal.writeSnapshot(session);
        store.fail(false);
        step(5);
        var _ = journal.writeSnapshot(session);

        assertThat(failed).isCompletedExceptionally();
        assertThat(storedContents().losses().losses()).hasSize(10);
        assertThat(storedContents().keyframes()).hasSize(10);
    }

    @Test
    void oneSnapshotIsWrittenAtATime() {
        store.hold();
        step(5);
        var first = journal.writeSnapshot(session);
        step(5);
        var second = journal.writeSnapshot(session);

        assertThat(second).isSameAs(first);
        assertThat(journal.isSnapshotCurrent(session)).isFalse();
        store.release();
        assertThat(journal.isSnapshotCurrent(session)).isFalse();
        var _ = journal.writeSnapshot(session);
        assertThat(journal.isSnapshotCurrent(session)).isTrue();
        assertThat(numSnapshots()).isEqualTo(2);
    }

    @Test
    void newEpochIsStoredCompletely() {
        step(5);
        append(trained());
        session.replace(
                2,
                TestSessions.model(TestSessions.options().seed(3).build()),
                SessionEvent.Kind.LOADED,
                Instant.EPOCH);
        var _ = journal.begin(session, null, null, null);
        SessionSnapshot snapshot = store.image(2).snapshot();

        assertThat(snapshot.change()).isZero();
        assertThat(Objects.requireNonNull(snapshot.contents()).order()).isNotNull();
        assertThat(snapshot.contents().losses().losses()).isEmpty();
        assertThat(snapshot.contents().keyframes())
                .extracting(ModelState::step)
                .containsExactly(0L);
        step(1);
        var _ = journal.append(List.of(trained()), session, null);
        journal.markAppended();
        assertThat(store.image(2).changes()).hasSize(1);
    }

    @Test
    void snapshotIsNotChangedByLaterSteps() {
        store.hold();
        step(3);
        double[] before = session.model().state().params();
        var _ = journal.writeSnapshot(session);
        step(10);
        store.release();

        assertThat(storedContents().model().step()).isEqualTo(3);
        assertThat(Arrays.equals(storedContents().model().params(), before)).isTrue();
    }
}
