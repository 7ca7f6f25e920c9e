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

import org.junit.jupiter.api.Test;

import java.util.concurrent.ExecutionException;

/// The scheduler is closed while a session is in use.
final class ShutdownTest {

    private static final Command.Steer STEER =
            new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02));

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();

    @Test
    void waitingCallsFail() {
        var trained = sessions.send(actor, train(1000));
        var steered = sessions.send(actor, STEER);
        sessions.scheduler.close();

        assertThat(codeOf(trained)).isEqualTo(ErrorCode.BUSY);
        assertThat(codeOf(steered)).isEqualTo(ErrorCode.BUSY);
    }

    @Test
    void stepCallThatHasBegunSaysHowManyStepsTheSessionKeeps() {
        var trained = sessions.send(actor, train(1_000_000));
        sessions.scheduler.run(3);
        sessions.scheduler.close();
        actor.writeFinally(true);

        long step = sessions.storedImage().step();
        assertThat(step).isPositive();
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.WRONG_STATE);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(trained::get)
                .withMessageContaining("after " + step + " of the 1000000 steps");
    }

    @Test
    void laterCallsFail() {
        sessions.scheduler.close();

        assertThat(codeOf(sessions.send(actor, STEER))).isEqualTo(ErrorCode.BUSY);
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> sessions.send(actor, STEER))
                .matches(e -> e.code() == ErrorCode.BUSY);
    }

    @Test
    void callWithWriteInFlightSucceeds() {
        store.hold();
        var steered = sessions.send(actor, STEER);
        sessions.scheduler.run();
        sessions.scheduler.close();
        store.completeNext();

        assertThat(steered).isCompleted();
    }

    @Test
    void callsWaitingForWriteFailWhenItIsDone() {
        store.hold();
        var _ = sessions.send(actor, STEER);
        sessions.scheduler.run();
        var trained = sessions.send(actor, train(5));
        sessions.scheduler.close();
        store.completeNext();

        assertThat(codeOf(trained)).isEqualTo(ErrorCode.BUSY);
    }

    @Test
    void callWithFailedWriteIsDone() {
        store.hold();
        var steered = sessions.send(actor, STEER);
        sessions.scheduler.run();
        sessions.scheduler.close();
        store.failNext();

        assertThat(steered).isDone();
    }

    @Test
    void snapshotIncludesActiveRun() {
        var _ = sessions.done(actor, run(1000));
        sessions.scheduler.run(5);
        long step = actor.publisher().state().view().step();
        sessions.scheduler.close();
        actor.writeFinally(true);

        Image stored = sessions.storedImage();
        assertThat(step).isPositive();
        assertThat(stored.step()).isEqualTo(step);
        assertThat(stored.runs().getFirst().stepsDone()).isEqualTo(step);
    }

    /// There may be no time for snapshots, which are large.
    @Test
    void stepsAreStoredWithoutSnapshot() {
        var _ = sessions.done(actor, run(1000));
        sessions.scheduler.run(5);
        long step = actor.publisher().state().view().step();
        sessions.scheduler.close();
        store.hold();
        actor.writeFinally(false);
        actor.writeFinally(true);
        store.completeNext();
        store.failNext();
        store.release();

        Image stored = sessions.storedImage();
        assertThat(stored.step()).isEqualTo(step).isPositive();
        assertThat(stored.runs().getFirst().stepsDone()).isEqualTo(step);
    }

    @Test
    void stepsThatAreStoredAreNotStoredAgain() {
        var _ = sessions.step(actor, 5);
        sessions.scheduler.close();
        store.hold();
        actor.writeFinally(false);

        assertThat(store.numWaiting()).isZero();
    }

    @Test
    void noSnapshotIsWrittenWhileWriteIsInFlight() {
        store.hold();
        var _ = sessions.send(actor, STEER);
        sessions.scheduler.run();
        sessions.scheduler.close();
        actor.writeFinally(true);

        assertThat(store.numWaiting()).isEqualTo(1);
    }
}
