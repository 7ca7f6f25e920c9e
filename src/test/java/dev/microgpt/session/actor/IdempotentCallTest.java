package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.VersionCondition;
import dev.microgpt.session.history.Steering;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Objects;

/// A call that is made once, however often it is repeated.
final class IdempotentCallTest {

    private static final Command.Steer STEER = new Command.Steer(new Steering(0.02, null, null));
    private static final Idempotency.Answer ANSWER =
            new Idempotency.Answer(200, Map.of(), new byte[] {1});

    private final FakeStore store = new FakeStore();
    private final TestSessions sessions = new TestSessions(store, 1000);
    private final SessionActor actor = sessions.begun();

    private CallContext once(
            Idempotency.@Nullable Start interrupted, Idempotency.AnswerEncoder encoder) {
        return new CallContext(
                Caller.LOCAL,
                VersionCondition.NONE,
                new Idempotency("key", "POST", "digest", interrupted, encoder),
                sessions.memory.share());
    }

    @Test
    void answerIsInTheWriteOfTheChange() {
        store.hold();
        var _ = actor.send(STEER, once(null, _ -> ANSWER));
        sessions.scheduler.run();

        assertThat(store.numWaiting()).isEqualTo(1);
        IdempotencyStore.Entry entry = Objects.requireNonNull(store.next().answer());
        assertThat(entry.answer()).isEqualTo(ANSWER);
        assertThat(entry.epoch()).isEqualTo(1);
        assertThat(store.next().changes()).hasSize(1);
    }

    @Test
    void answerOfNewLifeIsInItsWrite() {
        store.hold();
        var _ = actor.send(new Command.Load(TestSessions.DOCUMENTS, true), once(null, _ -> ANSWER));
        sessions.scheduler.run();

        IdempotencyStore.Entry entry = Objects.requireNonNull(store.next().answer());
        assertThat(store.next().kind()).isEqualTo(FakeStore.Kind.BEGIN);
        assertThat(entry.epoch()).isEqualTo(2);
    }

    @Test
    void failedWriteKeepsNoAnswer() {
        store.fail(true);
        var steered = actor.send(STEER, once(null, _ -> ANSWER));
        sessions.scheduler.run();

        assertThat(codeOf(steered)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(store.find("key")).isNull();
    }

    @Test
    void answerThatCannotBeEncodedUndoesTheChange() {
        Image before = sessions.image(actor);
        var steered =
                actor.send(
                        STEER,
                        once(
                                null,
                                _ -> {
                                    throw new IllegalStateException("no answer");
                                }));
        sessions.scheduler.run();

        assertThat(steered).isCompletedExceptionally();
        assertThat(sessions.image(actor)).isEqualTo(before);
        assertThat(sessions.storedImage()).isEqualTo(before);
    }

    @Test
    void interruptedStepCallContinuesWhereItBegan() {
        TestSessions undisturbed = new TestSessions();
        SessionActor other = undisturbed.begun();
        var _ = undisturbed.step(other, 3);
        double[] expected = undisturbed.step(other, 60).losses();

        var _ = sessions.step(actor, 3);
        var cutOff = actor.send(train(60), once(null, _ -> ANSWER));
        sessions.scheduler.run(3);
        IdempotencyStore.Entry started = Objects.requireNonNull(store.find("key"));
        Idempotency.Start start = started.start();
        assertThat(start).isEqualTo(new Idempotency.Start(1, 3));
        cutOff.cancel(false);
        sessions.scheduler.run();
        assertThat(actor.published().snapshot().view().step()).isBetween(4L, 62L);

        var again = actor.send(train(60), once(start, _ -> ANSWER));
        sessions.scheduler.run();
        assertThat(again.join().losses()).containsExactly(expected);
        assertThat(again.join().last().step()).isEqualTo(63);
        assertThat(actor.published().snapshot().view().step()).isEqualTo(63);
    }

    @Test
    void interruptedStepCallContinuesInAnotherProcess() {
        var _ = actor.send(train(60), once(null, _ -> ANSWER));
        sessions.scheduler.run(3);
        actor.saveAtEnd();
        long made = actor.published().snapshot().view().step();
        TestSessions later = new TestSessions(store, 1000);
        SessionActor back = later.stored();
        IdempotencyStore.Entry started = Objects.requireNonNull(store.find("key"));
        var again = back.send(train(60), once(started.start(), _ -> ANSWER));
        later.scheduler.run();

        assertThat(made).isPositive();
        assertThat(again.join().last().step()).isEqualTo(60);
        assertThat(again.join().losses()).hasSize(60);
    }

    @Test
    void stepCallOfFormerLifeBeginsAnew() {
        var _ = sessions.step(actor, 3);
        var _ = sessions.done(actor, new Command.Load(TestSessions.DOCUMENTS, true));
        var _ = sessions.step(actor, 5);
        var again = actor.send(train(10), once(new Idempotency.Start(1, 3), _ -> ANSWER));
        sessions.scheduler.run();

        assertThat(again.join().last().step()).isEqualTo(15);
    }
}
