package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.run;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.persistence.SessionState;

import org.junit.jupiter.api.Test;

/// The write of one command fails while another command is being executed.
final class RollbackDuringCommandTest {

    private static final Command.Steer STEER =
            new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02));

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();

    private long step() {
        return actor.publisher().state().view().step();
    }

    /// Makes the write of a command fail while a step call or run is in progress.
    private void failSteeringAfter(int slices) {
        sessions.scheduler.run(slices);
        store.hold();
        var steered = sessions.send(actor, STEER);
        for (int i = 0; i < 10 && store.numWaiting() == 0; i++) {
            sessions.scheduler.run(1);
        }
        store.failNext();
        store.release();
        for (int i = 0; i < 100 && !steered.isDone(); i++) {
            sessions.scheduler.run(1);
        }
        assertThat(codeOf(steered)).isEqualTo(ErrorCode.STORAGE_FULL);
    }

    @Test
    void stepCallMakesAllItsStepsOrFails() {
        TestSessions undisturbed = new TestSessions();
        double[] expected = undisturbed.step(undisturbed.begun(), 100).losses();
        var trained = sessions.send(actor, train(100));
        failSteeringAfter(4);
        sessions.scheduler.run();

        if (!trained.isCompletedExceptionally()) {
            assertThat(step()).isEqualTo(100);
            assertThat(trained.join().losses()).containsExactly(expected);
        }
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void sessionIsRolledBackToWhatIsStored() {
        var _ = sessions.step(actor, 3);
        Image before = sessions.image(actor);
        failSteeringAfter(0);

        assertThat(sessions.image(actor)).isEqualTo(before);
    }

    @Test
    void runContinuesFromWhatIsStored() {
        var _ = sessions.done(actor, run(40));
        failSteeringAfter(2);
        sessions.scheduler.run();

        TestSessions undisturbed = new TestSessions();
        SessionActor other = undisturbed.begun();
        var _ = undisturbed.done(other, run(40));
        undisturbed.scheduler.run();
        Image expected = undisturbed.image(other);
        Image image = sessions.image(actor);
        assertThat(step()).isEqualTo(40);
        assertThat(image.losses()).isEqualTo(expected.losses());
        assertThat(image.numbers()).isEqualTo(expected.numbers());
        assertThat(image.runs()).isEqualTo(expected.runs());
        assertThat(sessions.storedImage()).isEqualTo(image);
    }

    @Test
    void sessionIsNotLeftTraining() {
        var trained = sessions.send(actor, train(1000));
        failSteeringAfter(2);
        trained.cancel(false);
        sessions.scheduler.run();

        assertThat(actor.publisher().state().view().state()).isEqualTo(SessionState.READY);
    }
}
