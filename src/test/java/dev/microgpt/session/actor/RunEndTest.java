package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/// The end of a run is stored, although nobody waits for it.
final class RunEndTest {

    private static final Command.Steer STEER =
            new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02));

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();

    private RunView newestRun() {
        return actor.publisher().state().runs().getLast();
    }

    private void finishRunWithoutRoom() {
        var _ = sessions.done(actor, run(20));
        store.fail(true);
        sessions.scheduler.run();
        store.fail(false);
    }

    private List<SessionEvent.Kind> storedEvents() {
        return store.written().stream()
                .flatMap(write -> write.changes().stream())
                .filter(Change.Happened.class::isInstance)
                .map(change -> ((Change.Happened) change).event().kind())
                .toList();
    }

    @Test
    void endIsStored() {
        var _ = sessions.done(actor, run(20));
        sessions.scheduler.run();

        assertThat(newestRun().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(newestRun().reason()).isEqualTo("all 20 steps have been trained");
        assertThat(storedEvents())
                .containsExactly(SessionEvent.Kind.STARTED, SessionEvent.Kind.SUCCEEDED);
        assertThat(sessions.scheduler.known()).isEqualTo(Demand.NONE);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void endIsStoredLaterAndOnceAfterFailedWrite() {
        finishRunWithoutRoom();
        assertThat(newestRun().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(storedEvents()).containsExactly(SessionEvent.Kind.STARTED);
        assertThat(sessions.scheduler.known().kind()).isEqualTo(Demand.Kind.TRAINING);

        sessions.ticker.advance(Duration.ofSeconds(1).toNanos());
        sessions.scheduler.run();
        sessions.ticker.advance(Duration.ofSeconds(10).toNanos());
        sessions.scheduler.run();
        assertThat(storedEvents())
                .containsExactly(SessionEvent.Kind.STARTED, SessionEvent.Kind.SUCCEEDED);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void writeIsRetriedUntilThereIsRoom() {
        finishRunWithoutRoom();
        store.fail(true);
        for (int i = 0; i < 5; i++) {
            sessions.ticker.advance(Duration.ofSeconds(1).toNanos());
            sessions.scheduler.run();
        }
        assertThat(storedEvents()).containsExactly(SessionEvent.Kind.STARTED);
        store.fail(false);
        sessions.ticker.advance(Duration.ofSeconds(1).toNanos());
        sessions.scheduler.run();

        assertThat(storedEvents())
                .containsExactly(SessionEvent.Kind.STARTED, SessionEvent.Kind.SUCCEEDED);
    }

    @Test
    void waitingEndIsStoredBeforeLaterChanges() {
        finishRunWithoutRoom();
        var _ = sessions.done(actor, STEER);
        var _ = sessions.done(actor, run(5));
        sessions.scheduler.run();

        assertThat(storedEvents())
                .containsExactly(
                        SessionEvent.Kind.STARTED,
                        SessionEvent.Kind.SUCCEEDED,
                        SessionEvent.Kind.STEERED,
                        SessionEvent.Kind.STARTED,
                        SessionEvent.Kind.SUCCEEDED);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void thatWaitsComesAgainAfterRollback() {
        finishRunWithoutRoom();
        store.fail(true);
        var steered = sessions.send(actor, STEER);
        sessions.scheduler.run();
        assertThat(steered).isCompletedExceptionally();
        store.fail(false);
        sessions.ticker.advance(Duration.ofSeconds(1).toNanos());
        sessions.scheduler.run();

        assertThat(newestRun().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(newestRun().stepsDone()).isEqualTo(20);
        assertThat(storedEvents())
                .containsExactly(SessionEvent.Kind.STARTED, SessionEvent.Kind.SUCCEEDED);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void thatWaitsKeepsTheSessionInMemory() {
        finishRunWithoutRoom();
        var _ = sessions.done(actor, new Command.Evict(Long.MAX_VALUE));
        assertThat(actor.publisher().isInMemory()).isTrue();

        sessions.ticker.advance(Duration.ofSeconds(1).toNanos());
        sessions.scheduler.run();
        var _ = sessions.done(actor, new Command.Evict(Long.MAX_VALUE));
        assertThat(actor.publisher().isInMemory()).isFalse();
        assertThat(newestRunAfterReturn().state()).isEqualTo(RunState.SUCCEEDED);
    }

    private RunView newestRunAfterReturn() {
        var _ = sessions.image(actor);
        return newestRun();
    }

    @Test
    void thatWaitsIsForgottenWithTheLifeThatItBelongsTo() {
        finishRunWithoutRoom();
        var _ = sessions.done(actor, new Command.Load(TestSessions.DOCUMENTS, true));
        sessions.ticker.advance(Duration.ofSeconds(1).toNanos());
        sessions.scheduler.run();

        assertThat(storedEvents()).containsExactly(SessionEvent.Kind.STARTED);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void runContinuesAfterRestart() {
        var _ = sessions.done(actor, run(50));
        sessions.scheduler.run(2);
        TestSessions other = new TestSessions(store, 1000);
        SessionActor restarted = other.stored();
        var _ = other.done(restarted, new Command.RestartRun(true));
        other.scheduler.run();

        assertThat(restarted.publisher().state().view().step()).isEqualTo(50);
        assertThat(restarted.publisher().state().runs().getLast().state())
                .isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void runPausesAfterRestart() {
        var _ = sessions.done(actor, run(50));
        sessions.scheduler.run(2);
        TestSessions other = new TestSessions(store, 1000);
        SessionActor restarted = other.stored();
        var _ = other.done(restarted, new Command.RestartRun(false));
        other.scheduler.run();

        assertThat(restarted.publisher().state().runs().getLast().state())
                .isEqualTo(RunState.PAUSED);
        assertThat(storedEvents())
                .containsExactly(SessionEvent.Kind.STARTED, SessionEvent.Kind.PAUSED);
    }

    @Test
    void runPausedAfterRestartMakesNoStepsEvenIfThePauseCannotBeStored() {
        var _ = sessions.done(actor, run(50));
        TestSessions other = new TestSessions(store, 1000);
        SessionActor restarted = other.stored();
        store.full(true);
        var reply = other.send(restarted, new Command.RestartRun(false));
        for (int i = 0; i < 20; i++) {
            other.scheduler.run(1);
        }

        assertThat(reply).isDone();
        assertThat(restarted.publisher().state().view().step()).isZero();
    }
}
