package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.run.RunCall;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/// A run with a speed limit.
final class PacedRunTest {

    private static final long INTERVAL = Duration.ofMillis(100).toNanos();

    private final TestSessions sessions = new TestSessions();
    private final SessionActor actor = sessions.begun();

    private void start(long steps) {
        RunCall paced = new RunCall(steps, 10.0, null, null);
        var _ = sessions.done(actor, new Command.StartRun(paced));
    }

    private long step() {
        return actor.publisher().state().view().step();
    }

    @Test
    void stepIsMadeWhenItIsDue() {
        start(5);
        sessions.scheduler.run();
        assertThat(step()).isEqualTo(1);

        Demand demand = sessions.scheduler.known();
        assertThat(demand.kind()).isEqualTo(Demand.Kind.TRAINING);
        assertThat(demand.dueNanos() - sessions.ticker.peek()).isBetween(0L, INTERVAL);
        for (int made = 2; made <= 5; made++) {
            sessions.ticker.advance(INTERVAL);
            sessions.scheduler.run();
            assertThat(step()).isEqualTo(made);
        }
    }

    @Test
    void runDoesNotDelayCalls() {
        start(1000);
        sessions.scheduler.run();

        var query = sessions.send(actor, new Command.Ask<>((models, _) -> models.model().step()));
        assertThat(sessions.scheduler.run(1)).isEqualTo(1);
        assertThat(query.join()).isEqualTo(1);
    }

    @Test
    void callsDoNotStarveRun() {
        start(1000);
        sessions.scheduler.run();
        sessions.ticker.advance(INTERVAL);
        for (int i = 0; i < 20; i++) {
            var _ = sessions.send(actor, new Command.Ask<>((models, _) -> models.model().step()));
        }
        sessions.scheduler.run(10);

        assertThat(step()).isEqualTo(2);
    }

    @Test
    void stepsOfPauseAreNotCaughtUp() {
        start(1000);
        sessions.scheduler.run();
        var _ = sessions.done(actor, new Command.PauseRun(1));
        sessions.ticker.advance(100 * INTERVAL);
        var _ = sessions.done(actor, new Command.ResumeRun(1));
        sessions.scheduler.run();

        assertThat(step()).isEqualTo(2);
    }

    @Test
    void speedLimitHoldsAfterRollback() {
        start(100_000);
        for (int i = 0; i < 3; i++) {
            sessions.scheduler.run();
            sessions.ticker.advance(INTERVAL);
        }
        actor.writeFinally(true); // a snapshot of a running run
        sessions.store.fail(true);
        var steered =
                sessions.send(
                        actor, new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02)));
        for (int i = 0; i < 10 && !steered.isDone(); i++) {
            sessions.scheduler.run(1);
        }
        sessions.store.fail(false);
        long step = step();
        sessions.scheduler.run(20);

        assertThat(codeOf(steered)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(step() - step).isLessThanOrEqualTo(2);
    }
}
