package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.engine.Sample;
import dev.microgpt.session.history.Steering;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunState;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/// A session comes back from its save and the changes since.
final class RehydrationTest {

    private final FakeStore store = new FakeStore();
    private final TestSessions sessions = new TestSessions(store, 1000);
    private final TestSessions later = new TestSessions(store, 1000);

    private static Command.Draw draw(int count) {
        return new Command.Draw(
                new Generation(new GenerateCall(GenerateOptions.defaults(), count, null, null)));
    }

    private static List<String> texts(AsOf<List<Sample>> samples) {
        return samples.value().stream().map(Sample::text).toList();
    }

    /// Steps, draws, steering and runs after one another.
    private void live(SessionActor actor) {
        var _ = sessions.step(actor, 12);
        var _ = sessions.done(actor, draw(2));
        var _ = sessions.step(actor, 1);
        var _ = sessions.done(actor, new Command.Steer(new Steering(0.03, 500L, 2)));
        var _ = sessions.done(actor, run(25));
        sessions.scheduler.run();
        var _ = sessions.done(actor, draw(1));
        RunCall steering = new RunCall(1000, null, null, new Steering(0.01, null, 3));
        var _ = sessions.done(actor, new Command.StartRun(steering));
        sessions.scheduler.run(3);
        var _ = sessions.done(actor, new Command.PauseRun(2));
        var _ = sessions.done(actor, new Command.ResumeRun(2));
        sessions.scheduler.run(3);
        var _ = sessions.done(actor, new Command.CancelRun(2));
        var _ = sessions.step(actor, 4);
    }

    @ParameterizedTest
    @CsvSource({
        "SCALAR, MULBERRY32",
        "SCALAR, PYTHON",
        "TENSOR, MULBERRY32",
        "TENSOR, PYTHON",
    })
    void arrivesWhereItWasBitByBit(EngineKind engine, RandomKind random) {
        SessionActor actor =
                sessions.begun(TestSessions.options().engine(engine).random(random).build());
        live(actor);
        Image before = sessions.image(actor);
        TestSessions later = new TestSessions(store.copy(), 1000);
        SessionActor back = later.stored();

        assertThat(back.published().snapshot().view().step()).isEqualTo(before.step());
        assertThat(later.image(back)).isEqualTo(before);
        assertThat(later.step(back, 20).losses())
                .containsExactly(sessions.step(actor, 20).losses());
        assertThat(texts(later.done(back, draw(3))))
                .isEqualTo(texts(sessions.done(actor, draw(3))));
    }

    @ParameterizedTest
    @CsvSource({"SCALAR", "TENSOR"})
    void saveInTheMiddleMakesNoDifference(EngineKind engine) {
        SessionActor actor = sessions.begun(TestSessions.options().engine(engine).build());
        var _ = sessions.step(actor, 33);
        actor.saveAtEnd();
        live(actor);

        assertThat(store.kinds()).contains(FakeStore.Kind.SAVE);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
        actor.saveAtEnd();
        assertThat(store.image(1).changes()).isEmpty();
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void takesSlicesAsOtherWorkDoes() {
        var _ = sessions.step(sessions.begun(), 500);
        SessionActor back = later.stored();
        var asked = later.send(back, new Command.Ask<>((models, _) -> models.model().step()));

        assertThat(later.scheduler.run(5)).isEqualTo(5);
        assertThat(asked).isNotDone();
        assertThat(back.published().isInMemory()).isFalse();
        later.scheduler.run();
        assertThat(asked.join()).isEqualTo(500);
        assertThat(store.loads()).isEqualTo(1);
    }

    @Test
    void continuesForTheNextCallWhereTheFirstWasGivenUp() {
        var _ = sessions.step(sessions.begun(), 500);
        SessionActor back = later.stored();
        var asked = later.send(back, new Command.Ask<>((models, _) -> models.model().step()));
        later.scheduler.run(5);
        asked.cancel(false);

        assertThat(later.image(back).step()).isEqualTo(500);
        assertThat(store.loads()).isEqualTo(1);
    }

    @Test
    void pausedRunIsPausedAndItsStepsAreCounted() {
        SessionActor actor = sessions.begun();
        var _ = sessions.step(actor, 5);
        var _ = sessions.done(actor, run(300));
        sessions.scheduler.run(10);
        var _ = sessions.done(actor, new Command.PauseRun(1));
        SessionActor back = later.stored();
        Image image = later.image(back);

        assertThat(image).isEqualTo(sessions.image(actor));
        assertThat(image.state()).isEqualTo(SessionState.PAUSED);
        assertThat(image.runs().getFirst().stepsDone()).isEqualTo(image.step() - 5);
        var _ = later.done(back, new Command.ResumeRun(1));
        later.scheduler.run();
        assertThat(back.published().snapshot().view().step()).isEqualTo(305);
        assertThat(back.published().snapshot().runs().getFirst().state())
                .isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void goalIsReachedAtTheSameStep() {
        RunCall untilLow = new RunCall(5_000, null, 1.2, null);
        SessionActor actor = sessions.begun();
        var _ = sessions.done(actor, new Command.StartRun(untilLow));
        sessions.scheduler.run(12);
        var _ = sessions.done(actor, new Command.PauseRun(1));
        TestSessions later = new TestSessions(store.copy(), 1000);
        SessionActor back = later.stored();
        var _ = later.done(back, new Command.ResumeRun(1));
        later.scheduler.run();
        var _ = sessions.done(actor, new Command.ResumeRun(1));
        sessions.scheduler.run();

        assertThat(later.image(back).runs()).isEqualTo(sessions.image(actor).runs());
        assertThat(sessions.image(actor).runs().getFirst().state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void replacedSessionComesBackAsItsNewLife() {
        SessionActor actor = sessions.begun();
        live(actor);
        var _ = sessions.done(actor, new Command.Load(TestSessions.DOCUMENTS, true));
        var _ = sessions.step(actor, 3);

        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
        assertThat(store.sessions()).hasSize(1);
    }
}
