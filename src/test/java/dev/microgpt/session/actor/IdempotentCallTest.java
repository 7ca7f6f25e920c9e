package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.KeyUse;
import dev.microgpt.session.admission.VersionCondition;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Calls with an idempotency key take effect once, however often they are repeated.
final class IdempotentCallTest {

    private static final Command.Steer STEER =
            new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02));
    private static final Idempotency.Response RESPONSE =
            new Idempotency.Response(200, Map.of(), new byte[] {1});

    private final FakeStore store = new FakeStore();
    private final TestSessions sessions = new TestSessions(store, 1000);
    private final SessionActor actor = sessions.begun();

    private final AtomicBoolean isUnused = new AtomicBoolean();
    private final KeyUse use = new KeyUse(() -> isUnused.set(true));

    private CallContext idempotent(
            Idempotency.@Nullable Start interrupted, Idempotency.ResponseEncoder encoder) {
        return new CallContext(
                Caller.LOCAL,
                VersionCondition.NONE,
                new Idempotency("key", "POST", "digest", interrupted, encoder, use),
                sessions.memory.share());
    }

    @Test
    void responseIsWrittenTogetherWithTheChange() {
        store.hold();
        var _ = actor.send(STEER, idempotent(null, _ -> RESPONSE));
        sessions.scheduler.run();

        assertThat(store.numWaiting()).isEqualTo(1);
        IdempotencyStore.Entry entry = Objects.requireNonNull(store.next().response());
        assertThat(entry.response()).isEqualTo(RESPONSE);
        assertThat(entry.epoch()).isEqualTo(1);
        assertThat(store.next().changes()).hasSize(1);
    }

    @Test
    void responseIsWrittenTogetherWithNewEpoch() {
        store.hold();
        var _ =
                actor.send(
                        new Command.Load(TestSessions.DOCUMENTS, true),
                        idempotent(null, _ -> RESPONSE));
        sessions.scheduler.run();

        IdempotencyStore.Entry entry = Objects.requireNonNull(store.next().response());
        assertThat(store.next().kind()).isEqualTo(FakeStore.Kind.BEGIN);
        assertThat(entry.epoch()).isEqualTo(2);
    }

    @Test
    void failedWriteStoresNoResponse() {
        store.fail(true);
        var steered = actor.send(STEER, idempotent(null, _ -> RESPONSE));
        sessions.scheduler.run();

        assertThat(codeOf(steered)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(store.find("key")).isNull();
    }

    @Test
    void responseThatCannotBeEncodedRollsBackTheChange() {
        Image before = sessions.image(actor);
        var steered =
                actor.send(
                        STEER,
                        idempotent(
                                null,
                                _ -> {
                                    throw new IllegalStateException("no response");
                                }));
        sessions.scheduler.run();

        assertThat(steered).isCompletedExceptionally();
        assertThat(sessions.image(actor)).isEqualTo(before);
        assertThat(sessions.storedImage()).isEqualTo(before);
    }

    /// A caller that does not wait for the store any more does not end the call.
    @Test
    void theKeyIsInUseUntilTheChangeIsStored() {
        store.hold();
        var steered = actor.send(STEER, idempotent(null, _ -> RESPONSE));
        sessions.scheduler.run();
        steered.cancel(false);
        use.end();
        assertThat(isUnused).isFalse();

        store.release();
        sessions.scheduler.run();
        assertThat(isUnused).isTrue();
        assertThat(store.find("key")).isNotNull();
    }

    @Test
    void theKeyIsInUseUntilTheChangeIsRolledBack() {
        store.hold();
        var steered = actor.send(STEER, idempotent(null, _ -> RESPONSE));
        sessions.scheduler.run();
        steered.cancel(false);
        use.end();
        store.failNext();
        assertThat(isUnused).isFalse();

        store.release();
        sessions.scheduler.run();
        assertThat(isUnused).isTrue();
        assertThat(store.find("key")).isNull();
    }

    @Test
    void theKeyOfAnAbandonedCommandIsInUseUntilItIsRemoved() {
        var steered = actor.send(STEER, idempotent(null, _ -> RESPONSE));
        steered.cancel(false);
        use.end();
        assertThat(isUnused).isFalse();

        sessions.scheduler.run();
        assertThat(isUnused).isTrue();
    }

    /// The caller gives up at any time. A call whose steps were all made must not make them again when it is repeated.
    @ParameterizedTest
    @MethodSource("readingsOfTheClock")
    void allStepsAreStoredWithTheResponse(int reading) {
        CompletableFuture<StepOutcome> stepped =
                actor.send(train(3), idempotent(null, _ -> RESPONSE));
        AtomicInteger left = new AtomicInteger(reading);
        sessions.ticker.onReading(
                () -> {
                    if (left.decrementAndGet() == 0) {
                        stepped.cancel(false);
                    }
                });
        sessions.scheduler.run();

        long steps = actor.publisher().state().view().step();
        IdempotencyStore.Entry entry = store.find("key");
        assertThat(entry != null && entry.response() != null).isEqualTo(steps == 3);
    }

    static IntStream readingsOfTheClock() {
        return IntStream.range(1, 25);
    }

    @Test
    void interruptedStepCallContinuesWhereItBegan() {
        TestSessions undisturbed = new TestSessions();
        SessionActor other = undisturbed.begun();
        var _ = undisturbed.step(other, 3);
        double[] expected = undisturbed.step(other, 60).losses();

        var _ = sessions.step(actor, 3);
        var interrupted = actor.send(train(60), idempotent(null, _ -> RESPONSE));
        sessions.scheduler.run(3);
        IdempotencyStore.Entry started = Objects.requireNonNull(store.find("key"));
        Idempotency.Start start = started.start();
        assertThat(start).isEqualTo(new Idempotency.Start(1, 3));
        interrupted.cancel(false);
        sessions.scheduler.run();
        assertThat(actor.publisher().state().view().step()).isBetween(4L, 62L);
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
        assertThat(store.find("key")).isEqualTo(started);

        var repeated = actor.send(train(60), idempotent(start, _ -> RESPONSE));
        sessions.scheduler.run();
        assertThat(repeated.join().losses()).containsExactly(expected);
        assertThat(repeated.join().last().step()).isEqualTo(63);
        assertThat(actor.publisher().state().view().step()).isEqualTo(63);
    }

    @Test
    void interruptedStepCallContinuesInAnotherProcess() {
        var _ = actor.send(train(60), idempotent(null, _ -> RESPONSE));
        sessions.scheduler.run(3);
        actor.writeFinally(true);
        long made = actor.publisher().state().view().step();
        TestSessions later = new TestSessions(store, 1000);
        SessionActor rehydrated = later.stored();
        IdempotencyStore.Entry started = Objects.requireNonNull(store.find("key"));
        var repeated = rehydrated.send(train(60), idempotent(started.start(), _ -> RESPONSE));
        later.scheduler.run();

        assertThat(made).isPositive();
        assertThat(repeated.join().last().step()).isEqualTo(60);
        assertThat(repeated.join().losses()).hasSize(60);
    }

    /// A crash loses the steps since the last log entry or snapshot.
    @Test
    void stepsThatACrashLosesAreMadeAgain() {
        var _ = actor.send(train(60), idempotent(null, _ -> RESPONSE));
        sessions.scheduler.run(3);
        var _ = sessions.done(actor, STEER); // writes a log entry
        long stored = actor.publisher().state().view().step();
        sessions.scheduler.run(3);
        assertThat(actor.publisher().state().view().step()).isBetween(stored + 1, 59L);

        TestSessions later = new TestSessions(store.copy(), 1000);
        SessionActor rehydrated = later.stored();
        assertThat(later.image(rehydrated).step()).isEqualTo(stored).isPositive();
        Idempotency.Start start = Objects.requireNonNull(later.store.find("key")).start();
        var repeated = rehydrated.send(train(60), idempotent(start, _ -> RESPONSE));
        later.scheduler.run();

        assertThat(repeated.join().last().step()).isEqualTo(60);
        assertThat(repeated.join().losses()).hasSize(60);
    }

    @Test
    void stepCallOfPreviousEpochStartsFromTheBeginning() {
        var _ = sessions.step(actor, 3);
        var _ = sessions.done(actor, new Command.Load(TestSessions.DOCUMENTS, true));
        var _ = sessions.step(actor, 5);
        var repeated =
                actor.send(train(10), idempotent(new Idempotency.Start(1, 3), _ -> RESPONSE));
        sessions.scheduler.run();

        assertThat(repeated.join().last().step()).isEqualTo(15);
    }
}
