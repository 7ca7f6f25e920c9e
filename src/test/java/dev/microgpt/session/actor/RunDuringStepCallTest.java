package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.run;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.run.RunState;

import org.junit.jupiter.api.Test;

/// A run is requested while a step call is in progress.
final class RunDuringStepCallTest {

    private final TestSessions sessions = new TestSessions();
    private final SessionActor actor = sessions.begun();

    @Test
    void runMakesItsOwnStepsAfterThoseOfTheCall() {
        var trained = sessions.send(actor, train(60));
        sessions.scheduler.run(2);
        var started = sessions.send(actor, run(30));
        sessions.scheduler.run();

        assertThat(trained).isCompleted();
        if (started.isCompletedExceptionally()) { // it may be rejected
            assertThat(actor.publisher().state().view().step()).isEqualTo(60);
        } else {
            assertThat(actor.publisher().state().view().step()).isEqualTo(90);
            assertThat(actor.publisher().state().runs().getFirst().state())
                    .isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void storedRunHasOnlyItsOwnSteps() {
        var trained = sessions.send(actor, train(60));
        sessions.scheduler.run(2);
        var _ = sessions.send(actor, run(1000));
        for (int i = 0; i < 100 && !trained.isDone(); i++) {
            sessions.scheduler.run(1);
        }
        assertThat(trained).isCompleted();

        assertThat(sessions.storedImage().runs()).isEqualTo(sessions.image(actor).runs());
    }
}
