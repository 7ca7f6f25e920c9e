package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.run;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.TokenQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A command that is rejected, or whose changes cannot be stored, changes nothing: neither in memory, nor in
/// the store, nor in the published state.
final class RejectedCommandsTest {

    private static final long OTHER_SEED = 7;

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();

    private static Generation draw() {
        return new Generation(new GenerateCall(GenerateOptions.defaults(), 3, null, null));
    }

    private static Command.Replace replace() {
        return new Command.Replace(
                TestSessions.model(TestSessions.options().seed(OTHER_SEED).build()),
                SessionEvent.Kind.LOADED,
                null);
    }

    /// Commands for a session without a run.
    static List<Arguments> commands() {
        return List.of(
                argumentSet("replace", replace()),
                argumentSet(
                        "replace by one without documents",
                        new Command.Replace(
                                new MicroGpt(TestSessions.options().build()), null, null)),
                argumentSet("load", new Command.Load(TestSessions.DOCUMENTS, true)),
                argumentSet("steer", steer()),
                argumentSet("train", train(9)),
                argumentSet("start run", run(9)),
                argumentSet("draw", new Command.Draw(draw())),
                argumentSet("draw next", new Command.DrawNext(draw(), new TokenQueue())));
    }

    private static Command.Steer steer() {
        return new Command.Steer(
                OptionValues.of(ModelOption.LEARNING_RATE, 0.5)
                        .with(ModelOption.NUM_STEPS, 10L)
                        .with(ModelOption.BATCH_SIZE, 2));
    }

    /// Commands for a session with a paused run.
    static List<Arguments> commandsToPausedRun() {
        return List.of(
                argumentSet("replace", replace()),
                argumentSet("load", new Command.Load(TestSessions.DOCUMENTS, true)),
                argumentSet("steer", steer()),
                argumentSet("resume", new Command.ResumeRun(1)),
                argumentSet("cancel", new Command.CancelRun(1)));
    }

    private void makeSteps() {
        var _ = sessions.step(actor, 20);
        var _ =
                sessions.done(
                        actor, new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02)));
        var _ = sessions.done(actor, new Command.Draw(draw()));
        var _ = sessions.step(actor, 3);
    }

    private void makePausedRun() {
        makeSteps();
        var _ = sessions.done(actor, run(1000));
        sessions.scheduler.run(5);
        var _ = sessions.done(actor, new Command.PauseRun(1));
    }

    /// Sends a command, and checks that the session is unchanged when the reply fails.
    private void assertRejected(ErrorCode code, CompletableFuture<?>[] sent, Runnable send) {
        Image before = sessions.image(actor);
        PublishedState shown = actor.publisher().state();
        long parameters = sessions.parameters.set(TestSessions.ID, 1);
        long _ = sessions.parameters.set(TestSessions.ID, parameters);
        int written = store.written().size();
        List<String> versions = new ArrayList<>();
        send.run();
        var watched =
                sent[0].whenComplete((_, _) -> versions.add(actor.publisher().state().version()));
        sessions.scheduler.run();

        assertThat(codeOf(watched)).isEqualTo(code);
        assertThat(versions).containsExactly(shown.version());
        assertThat(store.written()).hasSize(written);
        store.fail(false);
        store.full(false);
        assertThat(sessions.image(actor)).isEqualTo(before);
        assertThat(actor.publisher().state().view()).isEqualTo(shown.view());
        assertThat(sessions.storedImage()).isEqualTo(before);
        assertThat(sessions.parameters.set(TestSessions.ID, parameters)).isEqualTo(parameters);
        var _ =
                sessions.done(
                        actor, new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.03)));
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    private void assertStale(Command<?> command) {
        CompletableFuture<?>[] sent = new CompletableFuture<?>[1];
        assertRejected(
                ErrorCode.STALE, sent, () -> sent[0] = actor.send(command, sessions.stale()));
    }

    private void assertStorageFull(Command<?> command) {
        CompletableFuture<?>[] sent = new CompletableFuture<?>[1];
        assertRejected(ErrorCode.STORAGE_FULL, sent, () -> sent[0] = sessions.send(actor, command));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void staleCommandChangesNothing(Command<?> command) {
        makeSteps();
        assertStale(command);
    }

    @ParameterizedTest
    @MethodSource("commandsToPausedRun")
    void staleCommandChangesNothingOfPausedRun(Command<?> command) {
        makePausedRun();
        assertStale(command);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void commandWithoutRoomChangesNothing(Command<?> command) {
        makeSteps();
        store.full(true);
        assertStorageFull(command);
    }

    @ParameterizedTest
    @MethodSource("commandsToPausedRun")
    void commandWithoutRoomChangesNothingOfPausedRun(Command<?> command) {
        assumeTrue(command.needsRoom(), "a run can be cancelled without room");
        makePausedRun();
        store.full(true);
        assertStorageFull(command);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void failedWriteChangesNothing(Command<?> command) {
        makeSteps();
        store.fail(true);
        assertStorageFull(command);
    }

    @ParameterizedTest
    @MethodSource("commandsToPausedRun")
    void failedWriteChangesNothingOfPausedRun(Command<?> command) {
        makePausedRun();
        store.fail(true);
        assertStorageFull(command);
    }

    @Test
    void staleDeleteDeletesNothing() {
        makeSteps();
        assertStale(new Command.Delete());
    }

    @Test
    void deleteThatCannotBeStoredDeletesNothing() {
        makePausedRun();
        store.fail(true);
        assertStorageFull(new Command.Delete());
        assertThat(sessions.ended).isEmpty();
    }

    /// Nothing of the session may remain, since later calls would find it and lose what they do to it.
    @Test
    void sessionWhoseCreationIsRejectedEnds() {
        SessionActor created = sessions.fresh(TestSessions.model(), SessionEvent.Kind.LOADED);
        store.full(true);
        var begun = sessions.send(created, new Command.Begin(null));
        var trained = sessions.send(created, train(5));
        sessions.scheduler.run();

        assertThat(codeOf(begun)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(codeOf(trained)).isEqualTo(ErrorCode.NOT_FOUND);
        assertEnded(created);
    }

    @Test
    void sessionWhoseCreationIsAbandonedEnds() {
        SessionActor created = sessions.fresh(TestSessions.model(), SessionEvent.Kind.LOADED);
        var begun = sessions.send(created, new Command.Begin(null));
        var trained = sessions.send(created, train(5));
        begun.cancel(false);
        sessions.scheduler.run();

        assertThat(codeOf(trained)).isEqualTo(ErrorCode.NOT_FOUND);
        assertEnded(created);
    }

    private void assertEnded(SessionActor created) {
        assertThat(sessions.ended).containsExactly(created);
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> sessions.send(created, train(1)))
                .matches(e -> e.code() == ErrorCode.NOT_FOUND);
        assertThat(store.sessions()).hasSize(1); // that of the other tests
    }

    @Test
    void runContinuesAfterStalePauseAndCancel() {
        var _ = sessions.done(actor, run(1_000));
        sessions.scheduler.run(2);
        long step = actor.publisher().state().view().step();
        var paused = actor.send(new Command.PauseRun(1), sessions.stale());
        var cancelled = actor.send(new Command.CancelRun(1), sessions.stale());
        sessions.scheduler.run(6);

        assertThat(codeOf(paused)).isEqualTo(ErrorCode.STALE);
        assertThat(codeOf(cancelled)).isEqualTo(ErrorCode.STALE);
        assertThat(actor.publisher().state().view().step()).isGreaterThan(step);
        assertThat(actor.publisher().state().runs().getFirst().state().isActive()).isTrue();
    }

    @Test
    void listenersAreNotifiedOfRollback() {
        makeSteps();
        var losses = actor.publisher().state().losses();
        List<Long> seen = new ArrayList<>();
        actor.publisher()
                .addListener(
                        new SessionListener() {
                            @Override
                            public void changed() {
                                seen.add(actor.publisher().state().view().step());
                            }

                            @Override
                            public boolean wantsTraces() {
                                return false;
                            }
                        });
        store.fail(true);
        var trained = sessions.send(actor, train(50));
        sessions.scheduler.run();

        assertThat(codeOf(trained)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(seen).endsWith(23L).anyMatch(step -> step > 23);
        assertThat(actor.publisher().state().losses()).isNotSameAs(losses);
    }
}
