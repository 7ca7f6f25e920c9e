package dev.microgpt.session.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelState;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionState;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// When a session is saved, and what is in a save.
final class JournalTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final FakeTicker ticker = new FakeTicker(0, 1);
    private final FakeStore store = new FakeStore();
    private final Journal journal = new Journal(TestSessions.ID, store, ticker::nanos);
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
        var _ = journal.begin(session, null);
    }

    private void step(int count) {
        for (int i = 0; i < count; i++) {
            var _ = session.remake();
        }
    }

    private Change trained() {
        return new Change.Trained(session.step(), session.model().lossHistory().newest(1)[0]);
    }

    private void append(Change... changes) {
        var _ = journal.append(List.of(changes), session, null);
        journal.appended();
    }

    private SessionSnapshot.Contents saved() {
        return Objects.requireNonNull(store.image(1).save().contents());
    }

    private long numSaves() {
        return store.kinds().stream().filter(FakeStore.Kind.SAVE::equals).count();
    }

    @Test
    void changesAreNumberedFromOne() { // the store refuses a gap
        step(1);
        append(trained());
        step(1);
        append(trained(), trained());
        append(trained());

        assertThat(store.image(1).changes()).hasSize(4);
        assertThat(store.image(1).save().change()).isZero();
    }

    @Test
    void numbersContinueAfterASave() {
        step(1);
        append(trained());
        var _ = journal.saveAll(session);
        assertThat(store.image(1).save().change()).isEqualTo(1);
        step(1);
        append(trained());

        assertThat(store.image(1).changes()).hasSize(1);
    }

    @Test
    void saveIsDueAfterASecondOfTraining() {
        journal.trained(SECOND);
        journal.saveIfDue(session);
        assertThat(numSaves()).isZero();
        journal.trained(1);
        step(1);
        journal.saveIfDue(session);
        assertThat(numSaves()).isEqualTo(1);
        journal.saveIfDue(session);

        assertThat(numSaves()).isEqualTo(1);
    }

    @Test
    void slowSavesAreRarer() {
        store.hold();
        step(1);
        var _ = journal.saveAll(session);
        ticker.advance(SECOND);
        store.release();
        journal.trained(49 * SECOND);
        step(1);
        journal.saveIfDue(session);
        assertThat(numSaves()).isEqualTo(1);
        journal.trained(2 * SECOND);
        journal.saveIfDue(session);

        assertThat(numSaves()).isEqualTo(2);
    }

    @Test
    void saveIsDueAfterManyChanges() {
        for (int i = 0; i < 1000; i++) {
            append(new Change.Drawn(0, session.model().random().words()));
        }
        journal.saveIfDue(session);
        assertThat(numSaves()).isZero();
        append(new Change.Drawn(0, session.model().random().words()));
        journal.saveIfDue(session);

        assertThat(numSaves()).isEqualTo(1);
        assertThat(store.image(1).changes()).isEmpty();
    }

    @Test
    void nothingIsSavedWhileChangesWaitToBeStored() {
        store.fail(true);
        step(1);
        var _ = journal.append(List.of(trained()), session, null);
        store.fail(false);
        journal.trained(10 * SECOND);
        journal.saveIfDue(session);
        assertThat(journal.hasBacklog()).isTrue();
        assertThat(numSaves()).isZero();

        append();
        journal.saveIfDue(session);
        assertThat(journal.hasBacklog()).isFalse();
        assertThat(numSaves()).isEqualTo(1);
    }

    @Test
    void waitingChangesAreStoredOnceAndFirst() {
        Change first = new Change.Drawn(0, new int[] {1});
        Change second = new Change.Drawn(0, new int[] {2});
        store.fail(true);
        var _ = journal.append(List.of(first), session, null);
        store.fail(false);
        append(second);

        assertThat(store.image(1).changes()).containsExactly(first, second);
    }

    @Test
    void saveHasWhatIsNewSinceTheSaveBefore() {
        step(20);
        var _ = journal.saveAll(session);
        assertThat(saved().losses().from()).isEqualTo(1);
        assertThat(saved().losses().losses()).hasSize(20);
        step(6);
        var _ = journal.saveAll(session);

        assertThat(saved().losses().from()).isEqualTo(21);
        assertThat(saved().losses().losses()).hasSize(6);
        assertThat(saved().keyframes()).extracting(ModelState::step).containsExactly(26L, 24L, 22L);
        assertThat(saved().keyframeSteps()).contains(0L, 1L, 16L, 26L);
        assertThat(saved().order()).isNull();
    }

    @Test
    void failedSaveIsMadeAgainWithAllOfItsContents() {
        step(5);
        store.fail(true);
        var failed = journal.saveAll(session);
        store.fail(false);
        step(5);
        var _ = journal.saveAll(session);

        assertThat(failed).isCompletedExceptionally();
        assertThat(saved().losses().losses()).hasSize(10);
        assertThat(saved().keyframes()).hasSize(10);
    }

    @Test
    void oneSaveIsOnItsWayAtATime() {
        store.hold();
        step(5);
        var first = journal.saveAll(session);
        step(5);
        var second = journal.saveAll(session);

        assertThat(second).isSameAs(first);
        assertThat(journal.isSaved(session)).isFalse();
        store.release();
        assertThat(journal.isSaved(session)).isFalse();
        var _ = journal.saveAll(session);
        assertThat(journal.isSaved(session)).isTrue();
        assertThat(numSaves()).isEqualTo(2);
    }

    @Test
    void newLifeIsStoredWhole() {
        step(5);
        append(trained());
        session.replace(
                2,
                TestSessions.model(TestSessions.options().seed(3).build()),
                SessionEvent.Kind.LOADED,
                Instant.EPOCH);
        var _ = journal.begin(session, null);
        SessionSnapshot save = store.image(2).save();

        assertThat(save.change()).isZero();
        assertThat(Objects.requireNonNull(save.contents()).order()).isNotNull();
        assertThat(save.contents().losses().losses()).isEmpty();
        assertThat(save.contents().keyframes()).extracting(ModelState::step).containsExactly(0L);
        step(1);
        var _ = journal.append(List.of(trained()), session, null);
        journal.appended();
        assertThat(store.image(2).changes()).hasSize(1);
    }

    @Test
    void saveHoldsTheNumbersOfItsMoment() {
        store.hold();
        step(3);
        double[] before = session.model().state().params();
        var _ = journal.saveAll(session);
        step(10);
        store.release();

        assertThat(saved().model().step()).isEqualTo(3);
        assertThat(Arrays.equals(saved().model().params(), before)).isTrue();
    }
}
