package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.StopWhen;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/// Rehydration of a session from its snapshot and the changes since.
final class RehydrationTest {

    private final FakeStore store = new FakeStore();
    private final TestSessions sessions = new TestSessions(store, 1000);
    private final TestSessions later = new TestSessions(store, 1000);

    private static Command.Draw draw(int count) {
        return new Command.Draw(
                new Generation(new GenerateCall(GenerateOptions.defaults(), count, null, null)));
    }

    private static List<String> texts(AsOf<GeneratedTexts> samples) {
        return samples.value().texts().stream().map(text -> text.sample().text()).toList();
    }

    /// Makes steps, draws, steering and runs, one after the other.
    private void makeHistory(SessionActor actor) {
        var _ = sessions.step(actor, 12);
        var _ = sessions.done(actor, draw(2));
        var _ = sessions.step(actor, 1);
        var _ =
                sessions.done(
                        actor,
                        new Command.Steer(
                                OptionValues.of(ModelOption.LEARNING_RATE, 0.03)
                                        .with(ModelOption.NUM_STEPS, 500L)
                                        .with(ModelOption.BATCH_SIZE, 2)));
        var _ = sessions.done(actor, run(25));
        sessions.scheduler.run();
        var _ = sessions.done(actor, draw(1));
        RunCall steering =
                new RunCall(
                        1000,
                        null,
                        null,
                        OptionValues.of(ModelOption.LEARNING_RATE, 0.01)
                                .with(ModelOption.BATCH_SIZE, 3));
        var _ = sessions.done(actor, new Command.StartRun(steering));
        sessions.scheduler.run(3);
        var _ = sessions.done(actor, new Command.PauseRun(2));
        var _ = sessions.done(actor, new Command.ResumeRun(2));
        sessions.scheduler.run(3);
        var _ = sessions.done(actor, new Command.CancelRun(2));
        var _ = sessions.step(actor, 4);
    }

    /// The last loss is measured after the last step of the run, and no step follows.
    @Test
    void theValidationLossAtTheEndOfARunIsMeasuredAgain() {
        ModelOptions options = TestSessions.options().validation(1).validateEvery(5).build();
        SessionActor actor = sessions.begun(options);
        var _ = sessions.done(actor, run(10));
        sessions.scheduler.run();

        Image image = sessions.image(actor);
        assertThat(image.validations()).extracting(ValidationLoss::step).contains(10L);
        assertThat(sessions.storedImage()).isEqualTo(image);
    }

    @ParameterizedTest
    @CsvSource({
        "SCALAR, MULBERRY32",
        "SCALAR, PYTHON",
        "TENSOR, MULBERRY32",
        "TENSOR, PYTHON",
    })
    void rehydratedSessionEqualsOriginalBitByBit(EngineKind engine, RandomKind random) {
        SessionActor actor =
                sessions.begun(TestSessions.options().engine(engine).random(random).build());
        makeHistory(actor);
        Image before = sessions.image(actor);
        TestSessions later = new TestSessions(store.copy(), 1000);
        SessionActor rehydrated = later.stored();

        assertThat(rehydrated.publisher().state().view().step()).isEqualTo(before.step());
        assertThat(later.image(rehydrated)).isEqualTo(before);
        assertThat(later.step(rehydrated, 20).losses())
                .containsExactly(sessions.step(actor, 20).losses());
        assertThat(texts(later.done(rehydrated, draw(3))))
                .isEqualTo(texts(sessions.done(actor, draw(3))));
    }

    @ParameterizedTest
    @CsvSource({"SCALAR", "TENSOR"})
    void snapshotInTheMiddleMakesNoDifference(EngineKind engine) {
        SessionActor actor = sessions.begun(TestSessions.options().engine(engine).build());
        var _ = sessions.step(actor, 33);
        actor.writeFinally(true);
        makeHistory(actor);

        assertThat(store.kinds()).contains(FakeStore.Kind.SNAPSHOT);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
        actor.writeFinally(true);
        assertThat(store.image(1).changes()).isEmpty();
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void rehydrationIsDoneInSlices() {
        var _ = sessions.step(sessions.begun(), 500);
        SessionActor rehydrated = later.stored();
        var query = later.send(rehydrated, new Command.Ask<>((models, _) -> models.model().step()));

        assertThat(later.scheduler.run(5)).isEqualTo(5);
        assertThat(query).isNotDone();
        assertThat(rehydrated.publisher().isInMemory()).isFalse();
        later.scheduler.run();
        assertThat(query.join()).isEqualTo(500);
        assertThat(store.loads()).isEqualTo(1);
    }

    @Test
    void rehydrationContinuesAfterItsCallIsCancelled() {
        var _ = sessions.step(sessions.begun(), 500);
        SessionActor rehydrated = later.stored();
        var query = later.send(rehydrated, new Command.Ask<>((models, _) -> models.model().step()));
        later.scheduler.run(5);
        query.cancel(false);

        assertThat(later.image(rehydrated).step()).isEqualTo(500);
        assertThat(store.loads()).isEqualTo(1);
    }

    @Test
    void pausedRunKeepsItsStateAndSteps() {
        SessionActor actor = sessions.begun();
        var _ = sessions.step(actor, 5);
        var _ = sessions.done(actor, run(300));
        sessions.scheduler.run(10);
        var _ = sessions.done(actor, new Command.PauseRun(1));
        SessionActor rehydrated = later.stored();
        Image image = later.image(rehydrated);

        assertThat(image).isEqualTo(sessions.image(actor));
        assertThat(image.state()).isEqualTo(SessionState.PAUSED);
        assertThat(image.runs().getFirst().stepsDone()).isEqualTo(image.step() - 5);
        var _ = later.done(rehydrated, new Command.ResumeRun(1));
        later.scheduler.run();
        assertThat(rehydrated.publisher().state().view().step()).isEqualTo(305);
        assertThat(rehydrated.publisher().state().runs().getFirst().state())
                .isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void stopConditionIsMetAtTheSameStep() {
        RunCall untilLow = new RunCall(5_000, null, new StopWhen(1.2, null, null), null);
        SessionActor actor = sessions.begun();
        var _ = sessions.done(actor, new Command.StartRun(untilLow));
        sessions.scheduler.run(12);
        var _ = sessions.done(actor, new Command.PauseRun(1));
        TestSessions later = new TestSessions(store.copy(), 1000);
        SessionActor rehydrated = later.stored();
        var _ = later.done(rehydrated, new Command.ResumeRun(1));
        later.scheduler.run();
        var _ = sessions.done(actor, new Command.ResumeRun(1));
        sessions.scheduler.run();

        assertThat(later.image(rehydrated).runs()).isEqualTo(sessions.image(actor).runs());
        assertThat(sessions.image(actor).runs().getFirst().state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void replacedSessionIsRehydratedInItsNewEpoch() {
        SessionActor actor = sessions.begun();
        makeHistory(actor);
        var _ = sessions.done(actor, new Command.Load(TestSessions.DOCUMENTS, true));
        var _ = sessions.step(actor, 3);

        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
        assertThat(store.sessions()).hasSize(1);
    }
}
