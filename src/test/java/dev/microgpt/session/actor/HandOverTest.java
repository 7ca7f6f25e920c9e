package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.run;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.StoredSession;

import org.junit.jupiter.api.Test;

/// A session leaves this process for another one.
final class HandOverTest {

    private static final Command.HandOver HAND_OVER = new Command.HandOver(true);
    private static final Command.HandOver DROP = new Command.HandOver(false);

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();

    private void assertLeft() {
        assertThat(actor.publisher().state().end()).isEqualTo(PublishedState.End.MOVED);
        assertThat(actor.publisher().isInMemory()).isFalse();
        assertThat(sessions.ended).containsExactly(actor);
        assertThat(sessions.memory.used()).isZero();
        assertThat(sessions.parameters.set(TestSessions.ID, 0)).isZero();
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> sessions.send(actor, train(1)))
                .matches(e -> e.code() == ErrorCode.MOVING);
        assertThat(sessions.scheduler.run(5)).isZero();
    }

    @Test
    void theNextProcessFindsTheSessionAsItWas() {
        var _ = sessions.step(actor, 7);
        Image before = sessions.image(actor);

        assertThat(sessions.done(actor, HAND_OVER)).isTrue();

        assertLeft();
        assertThat(sessions.storedImage()).isEqualTo(before);
        assertThat(store.kinds()).endsWith(FakeStore.Kind.SNAPSHOT); // so that no step is repeated
    }

    @Test
    void aStepCallInProgressTellsHowFarItGot() {
        var trained = sessions.send(actor, train(100_000));
        var waiting = sessions.send(actor, train(1));
        sessions.scheduler.run(3);

        assertThat(sessions.done(actor, HAND_OVER)).isTrue();

        StoredSession stored = store.sessions().getFirst();
        assertThat(stored.view().step()).isPositive();
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.WRONG_STATE);
        assertThatThrownBy(trained::join)
                .hasMessageContaining(
                        "moved to another node after %d of the 100000 steps"
                                .formatted(stored.view().step()));
        assertThat(codeOf(waiting)).isEqualTo(ErrorCode.MOVING);
        assertLeft();
    }

    @Test
    void aRunGoesOnElsewhere() {
        var _ = sessions.done(actor, run(100_000));
        sessions.scheduler.run(3);
        long step = actor.publisher().state().view().step();

        assertThat(sessions.done(actor, HAND_OVER)).isTrue();

        assertLeft();
        StoredSession stored = store.sessions().getFirst();
        assertThat(stored.hasRun()).isTrue();
        assertThat(stored.view().step()).isGreaterThanOrEqualTo(step);
    }

    @Test
    void anEvictedSessionLeavesWithoutBeingRead() {
        SessionActor evicted = sessions.stored();
        int loads = store.loads();

        assertThat(sessions.done(evicted, HAND_OVER)).isTrue();

        assertThat(store.loads()).isEqualTo(loads);
        assertThat(evicted.publisher().state().end()).isEqualTo(PublishedState.End.MOVED);
    }

    @Test
    void itStaysIfItCannotBeStored() {
        var _ = sessions.step(actor, 3);
        store.fail(true);
        var failed = sessions.send(actor, HAND_OVER);
        sessions.scheduler.run(10);

        assertThat(codeOf(failed)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(sessions.ended).isEmpty();
        store.fail(false);
        assertThat(sessions.step(actor, 1).last().step()).isEqualTo(4);
    }

    @Test
    void aDroppedSessionWritesNothing() {
        var trained = sessions.send(actor, train(100_000));
        sessions.scheduler.run(3);
        int writes = store.written().size();

        assertThat(sessions.done(actor, DROP)).isTrue();

        assertThat(store.written()).hasSize(writes);
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.MOVING); // as its steps are not stored
        assertLeft();
    }

    @Test
    void aWriteInFlightEndsFirst() {
        store.hold();
        var trained = sessions.send(actor, train(2));
        sessions.scheduler.run(10);
        var dropped = sessions.send(actor, DROP);
        sessions.scheduler.run(10);

        assertThat(dropped).isNotDone();
        store.release();
        sessions.scheduler.run(10);
        assertThat(trained.join().last().step()).isEqualTo(2);
        assertThat(dropped.join()).isTrue();
        assertLeft();
    }

    @Test
    void aSessionThatIsNotStoredYetIsNotCreated() {
        FakeStore empty = new FakeStore();
        TestSessions others = new TestSessions(empty, 1000);
        SessionActor fresh = others.fresh(TestSessions.model(), SessionEvent.Kind.LOADED);
        var begun = others.send(fresh, new Command.Begin(null));

        assertThat(others.done(fresh, HAND_OVER)).isTrue();

        assertThat(codeOf(begun)).isEqualTo(ErrorCode.MOVING);
        assertThat(empty.isEmpty()).isTrue();
        assertThat(others.ended).containsExactly(fresh);
    }
}
