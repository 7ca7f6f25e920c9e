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
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.run.RunState;

import org.junit.jupiter.api.Test;

/// The stages of a command: check, execute, persist, publish, reply, in this order.
final class CommandOrderTest {

    private static final Command.Steer STEER =
            new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.5));

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;

    private static double learningRate(SessionActor actor) {
        return actor.publisher().state().view().options().learningRate();
    }

    @Test
    void newSessionRepliesWhenItIsStored() {
        store.hold();
        SessionActor actor =
                sessions.fresh(
                        TestSessions.model(TestSessions.options().build()),
                        SessionEvent.Kind.LOADED);
        var begun = sessions.send(actor, new Command.Begin(null));
        sessions.scheduler.run();

        assertThat(begun).isNotDone();
        store.completeNext();
        assertThat(begun.join().view().state()).isEqualTo(SessionState.READY);
        assertThat(store.kinds()).containsExactly(FakeStore.Kind.BEGIN);
    }

    @Test
    void nothingIsPublishedOrRepliedBeforeTheWriteIsDone() {
        SessionActor actor = sessions.begun();
        store.hold();
        var steered = sessions.send(actor, STEER);
        sessions.scheduler.run();

        assertThat(steered).isNotDone();
        assertThat(learningRate(actor)).isEqualTo(0.01);
        store.completeNext();
        assertThat(learningRate(actor)).isEqualTo(0.5);
        assertThat(steered.join().view().options().learningRate()).isEqualTo(0.5);
    }

    @Test
    void stateIsPublishedBeforeTheReply() {
        SessionActor actor = sessions.begun();
        store.hold();
        var seen = sessions.send(actor, STEER).thenApply(_ -> learningRate(actor));
        sessions.scheduler.run();
        store.completeNext();

        assertThat(seen.join()).isEqualTo(0.5);
    }

    @Test
    void nothingElseIsDoneWhileWriteIsInFlight() {
        SessionActor actor = sessions.begun();
        store.hold();
        var steered = sessions.send(actor, STEER);
        sessions.scheduler.run();
        var query = sessions.send(actor, new Command.Ask<>((models, _) -> models.model().step()));
        var trained = sessions.send(actor, train(3));
        var started = sessions.send(actor, run(5));

        assertThat(sessions.scheduler.run(10)).isZero();
        assertThat(sessions.scheduler.known()).isEqualTo(Demand.NONE);
        assertThat(query).isNotDone();
        assertThat(store.numWaiting()).isEqualTo(1);

        store.completeNext();
        store.release();
        sessions.scheduler.run();
        assertThat(steered).isCompleted();
        assertThat(query.join()).isZero();
        assertThat(started).isCompleted();
        assertThat(trained).isDone();
    }

    @Test
    void runMakesNoStepsWhileWriteIsInFlight() {
        SessionActor actor = sessions.begun();
        var _ = sessions.done(actor, run(1000));
        sessions.scheduler.run(3);
        store.hold();
        var steered = sessions.send(actor, STEER);
        sessions.scheduler.run(1);
        long step = actor.publisher().state().view().step();

        assertThat(step).isPositive();
        assertThat(steered).isNotDone();
        assertThat(sessions.scheduler.run(10)).isZero();
        store.completeNext();
        assertThat(sessions.scheduler.run(1)).isEqualTo(1);
        assertThat(actor.publisher().state().view().step()).isGreaterThan(step);
    }

    @Test
    void queriesWriteNothing() {
        SessionActor actor = sessions.begun();
        int before = store.written().size();
        var _ = sessions.image(actor);
        var _ = sessions.done(actor, new Command.TakeForkPoint(null));
        var _ = sessions.done(actor, new Command.AnnounceTraining(true));

        assertThat(store.written()).hasSize(before);
    }

    @Test
    void resumingActiveRunChangesNothing() {
        SessionActor actor = sessions.begun();
        var _ = sessions.done(actor, run(100_000));
        int before = store.written().size();
        var resumed = sessions.done(actor, new Command.ResumeRun(1));

        assertThat(resumed.state().isActive()).isTrue();
        assertThat(store.written()).hasSize(before);
    }

    @Test
    void unknownRunIsNotFound() {
        SessionActor actor = sessions.begun();
        var paused = sessions.send(actor, new Command.PauseRun(7));
        sessions.scheduler.run();

        assertThat(codeOf(paused)).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void stepCallIsRejectedWhileRunHasNotEnded() {
        SessionActor actor = sessions.begun();
        var _ = sessions.done(actor, run(1000));
        var paused = sessions.done(actor, new Command.PauseRun(1));
        var trained = sessions.send(actor, train(1));
        sessions.scheduler.run();

        assertThat(paused.state()).isEqualTo(RunState.PAUSED);
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.BUSY);
    }

    @Test
    void cancelledWaitingCallIsNotExecuted() {
        SessionActor actor = sessions.begun();
        int before = store.written().size();
        sessions.send(actor, STEER).cancel(false);
        sessions.scheduler.run();

        assertThat(learningRate(actor)).isEqualTo(0.01);
        assertThat(store.written()).hasSize(before);
    }

    @Test
    void cancelledStepCallEndsEarly() {
        SessionActor actor = sessions.begun();
        var trained = sessions.send(actor, train(100_000));
        sessions.scheduler.run(3);
        trained.cancel(false);
        sessions.scheduler.run();

        var view = actor.publisher().state().view();
        assertThat(view.step()).isBetween(1L, 100L);
        assertThat(view.state()).isEqualTo(SessionState.READY);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
        assertThat(sessions.step(actor, 2).last().step()).isEqualTo(view.step() + 2);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void fullMailboxRejectsCallsAndDoesNotStopRun() {
        TestSessions small = new TestSessions(new FakeStore(), 2);
        SessionActor actor = small.begun();
        var _ = small.done(actor, run(50));
        small.store.hold();
        var first = small.send(actor, STEER);
        small.scheduler.run(1); // it has left the mailbox, its write is in flight
        var second = small.send(actor, STEER);
        var third = small.send(actor, STEER);

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> small.send(actor, STEER))
                .matches(e -> e.code() == ErrorCode.BUSY);
        small.store.release();
        small.scheduler.run();
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(third).isCompleted();
        assertThat(actor.publisher().state().runs().getFirst().state())
                .isEqualTo(RunState.SUCCEEDED);
    }
}
