package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.run;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.history.SessionEvent;

import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;

/// Deletion of a session.
final class DeleteTest {

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();

    private void assertDeleted() {
        assertThat(store.isEmpty()).isTrue();
        assertThat(actor.publisher().state().end()).isEqualTo(PublishedState.End.DELETED);
        assertThat(actor.publisher().isInMemory()).isFalse();
        assertThat(sessions.ended).containsExactly(actor);
        assertThat(sessions.memory.used()).isZero();
        assertThat(sessions.parameters.set(TestSessions.ID, 0)).isZero();
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> sessions.send(actor, train(1)))
                .matches(e -> e.code() == ErrorCode.NOT_FOUND);
        assertThat(sessions.scheduler.run(5)).isZero();
    }

    @Test
    void stepCallInProgressFails() {
        var trained = sessions.send(actor, train(100_000));
        var waiting = sessions.send(actor, train(1));
        sessions.scheduler.run(3);

        assertThat(sessions.done(actor, new Command.Delete())).isTrue();
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(codeOf(waiting)).isEqualTo(ErrorCode.NOT_FOUND);
        assertDeleted();
    }

    @Test
    void runEnds() {
        var _ = sessions.done(actor, run(100_000));
        sessions.scheduler.run(3);
        var _ = sessions.done(actor, new Command.Delete());

        assertDeleted();
    }

    @Test
    void listenersAreNotified() {
        AtomicInteger notifications = new AtomicInteger();
        actor.publisher()
                .addListener(
                        new SessionListener() {
                            @Override
                            public void changed() {
                                if (actor.publisher().state().end() != null) {
                                    notifications.incrementAndGet();
                                }
                            }

                            @Override
                            public boolean wantsTraces() {
                                return false;
                            }
                        });
        store.hold();
        var deleted = sessions.send(actor, new Command.Delete());
        sessions.scheduler.run();

        assertThat(notifications).hasValue(0);
        store.completeNext();
        assertThat(notifications).hasValue(1);
        assertThat(deleted.join()).isTrue();
        assertDeleted();
    }

    @Test
    void deleteOvertakesWaitingCommands() {
        var steered =
                sessions.send(
                        actor, new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02)));
        var deleted = sessions.send(actor, new Command.Delete());
        sessions.scheduler.run();

        assertThat(deleted).isCompleted();
        assertThat(codeOf(steered)).isEqualTo(ErrorCode.NOT_FOUND);
        assertDeleted();
    }

    @Test
    void secondDeleteFails() {
        var first = sessions.send(actor, new Command.Delete());
        var second = sessions.send(actor, new Command.Delete());
        sessions.scheduler.run();

        assertThat(first.isCompletedExceptionally())
                .isNotEqualTo(second.isCompletedExceptionally());
        assertDeleted();
    }

    @Test
    void deleteNeedsNoRoomInTheStore() {
        store.full(true);

        assertThat(sessions.done(actor, new Command.Delete())).isTrue();
        assertDeleted();
    }

    @Test
    void stepCallContinuesAfterFailedDelete() {
        var trained = sessions.send(actor, train(100));
        sessions.scheduler.run(2);
        store.hold();
        var deleted = sessions.send(actor, new Command.Delete());
        sessions.scheduler.run(1);
        store.failNext();
        store.release();
        sessions.scheduler.run();

        assertThat(codeOf(deleted)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(trained.join().last().step()).isEqualTo(100);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
        assertThat(sessions.ended).isEmpty();
    }

    @Test
    void evictedSessionIsNotRehydrated() {
        TestSessions other = new TestSessions(store, 1000);
        SessionActor evicted = other.stored();

        assertThat(other.done(evicted, new Command.Delete())).isTrue();
        assertThat(store.loads()).isZero();
        assertThat(store.isEmpty()).isTrue();
        assertThat(evicted.publisher().state().end()).isEqualTo(PublishedState.End.DELETED);
        assertThat(other.ended).containsExactly(evicted);
    }

    @Test
    void deleteOvertakesRehydration() {
        var _ = sessions.done(actor, run(2000));
        sessions.scheduler.run();
        TestSessions other = new TestSessions(store, 1000);
        SessionActor evicted = other.stored();
        var trained = other.send(evicted, train(1));
        other.scheduler.run(3);
        assertThat(trained).isNotDone();

        assertThat(other.done(evicted, new Command.Delete())).isTrue();
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(other.memory.used()).isZero();
        assertThat(evicted.publisher().isInMemory()).isFalse();
    }

    @Test
    void newSessionThatCannotBeStoredEnds() {
        TestSessions other = new TestSessions();
        other.store.hold();
        SessionActor fresh =
                other.fresh(
                        TestSessions.model(TestSessions.options().build()),
                        SessionEvent.Kind.LOADED);
        var begun = other.send(fresh, new Command.Begin(null));
        other.scheduler.run();
        var trained = other.send(fresh, train(1));
        other.store.failNext();
        other.scheduler.run();

        assertThat(codeOf(begun)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(other.ended).containsExactly(fresh);
        assertThat(other.memory.used()).isZero();
        assertThat(other.parameters.set(TestSessions.ID, 0)).isZero();
    }

    @Test
    void deleteBeforeBeginLeavesNothing() {
        TestSessions other = new TestSessions();
        SessionActor fresh =
                other.fresh(
                        TestSessions.model(TestSessions.options().build()),
                        SessionEvent.Kind.LOADED);
        var begun = other.send(fresh, new Command.Begin(null));
        var deleted = other.send(fresh, new Command.Delete());
        other.scheduler.run();

        assertThat(begun).isDone();
        assertThat(deleted).isCompleted();
        assertThat(other.store.isEmpty()).isTrue();
        assertThat(other.ended).containsExactly(fresh);
    }
}
