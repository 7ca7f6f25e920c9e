package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.TrainingFailure;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.run.RunState;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Objects;

/// A session whose training diverges fails with a reason, and is still failed after rehydration.
final class DivergenceTest {

    private final TestSessions sessions = new TestSessions();

    private SessionActor begun(EngineKind engine) {
        return sessions.begun(TestSessions.options().engine(engine).learningRate(1e250).build());
    }

    private void assertHasFailed(SessionActor actor) {
        SessionView view = actor.publisher().state().view();
        TrainingFailure failure = Objects.requireNonNull(view.failure());
        assertThat(view.state()).isEqualTo(SessionState.FAILED);
        assertThat(failure.step()).isEqualTo(view.step() + 1);
        assertThat(failure.reason()).isNotBlank();

        Image image = sessions.image(actor);
        assertThat(image.history().events().getLast().kind()).isEqualTo(SessionEvent.Kind.FAILED);
        assertThat(image.history().events().getLast().reason()).isEqualTo(failure.reason());
        assertThat(image.numbers().stream().flatMap(List::stream)).allMatch(Double::isFinite);
        assertThat(sessions.storedImage()).isEqualTo(image);
        assertThat(sessions.stored().publisher().state().view().failure()).isEqualTo(failure);

        var trained = sessions.send(actor, train(1));
        var queried = sessions.send(actor, new Command.Ask<>((m, _) -> m.modelAsOf(null).step()));
        sessions.scheduler.run();
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.WRONG_STATE);
        assertThat(codeOf(queried)).isEqualTo(ErrorCode.WRONG_STATE);
        long first =
                sessions.done(
                        actor, new Command.Ask<>((m, _) -> m.modelAsOf(PastStep.at(0)).step()));
        assertThat(first).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void stepCallFails(EngineKind engine) {
        SessionActor actor = begun(engine);
        var trained = sessions.send(actor, train(200));
        sessions.scheduler.run();

        assertThat(trained).isCompletedExceptionally();
        assertThat(trained.exceptionNow()).isInstanceOf(DivergedException.class);
        assertHasFailed(actor);
    }

    @ParameterizedTest
    @EnumSource
    void runFails(EngineKind engine) {
        SessionActor actor = begun(engine);
        var _ = sessions.done(actor, TestSessions.run(200));
        sessions.scheduler.run();

        assertThat(actor.publisher().state().runs().getFirst().state()).isEqualTo(RunState.FAILED);
        assertHasFailed(actor);
    }

    @ParameterizedTest
    @EnumSource
    void failureThatCannotBeStoredIsRolledBack(EngineKind engine) {
        SessionActor actor = begun(engine);
        Image before = sessions.image(actor);
        sessions.store.fail(true);
        var trained = sessions.send(actor, train(200));
        sessions.scheduler.run();
        sessions.store.fail(false);

        assertThat(codeOf(trained)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(sessions.image(actor)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void failedSessionCanBeEvictedAndReplaced(EngineKind engine) {
        SessionActor actor = begun(engine);
        var _ = sessions.send(actor, train(200));
        sessions.scheduler.run();
        var _ = sessions.done(actor, new Command.Evict(Long.MAX_VALUE));
        assertThat(actor.publisher().isInMemory()).isFalse();
        assertHasFailed(actor);

        Command.Replace replace =
                new Command.Replace(
                        TestSessions.model(TestSessions.options().engine(engine).build()),
                        SessionEvent.Kind.LOADED,
                        null);
        assertThat(sessions.done(actor, replace).view().state()).isEqualTo(SessionState.READY);
        assertThat(sessions.step(actor, 5).last().step()).isEqualTo(5);
    }
}
