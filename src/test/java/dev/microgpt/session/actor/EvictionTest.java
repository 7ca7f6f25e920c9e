package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.run;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.admission.ErrorCode;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Eviction of idle sessions from memory.
final class EvictionTest {

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();

    /// Evicts the session if it is not used from now on.
    private CompletableFuture<Boolean> evict() {
        return sessions.send(actor, new Command.Evict(sessions.ticker.peek()));
    }

    private boolean isInMemory() {
        return actor.publisher().isInMemory();
    }

    private static SessionListener listener() {
        return new SessionListener() {
            @Override
            public void changed() {}

            @Override
            public boolean wantsTraces() {
                return false;
            }
        };
    }

    @Test
    void rehydratedSessionEqualsOriginal() {
        var _ = sessions.step(actor, 30);
        Image before = sessions.image(actor);
        var evicted = evict();
        sessions.scheduler.run();

        assertThat(evicted).isCompleted();
        assertThat(isInMemory()).isFalse();
        assertThat(sessions.memory.used()).isZero();
        assertThat(actor.publisher().state().view().step()).isEqualTo(30);
        assertThat(sessions.image(actor)).isEqualTo(before);
        assertThat(isInMemory()).isTrue();
        assertThat(sessions.memory.used()).isPositive();
    }

    @Test
    void versionIsUnchanged() {
        var _ = sessions.step(actor, 3);
        String version = actor.publisher().state().version();
        var _ = evict();
        sessions.scheduler.run();

        assertThat(actor.publisher().state().version()).isEqualTo(version);
    }

    @Test
    void watchedSessionIsNotEvicted() {
        SessionListener listener = listener();
        actor.publisher().addListener(listener);
        var _ = evict();
        sessions.scheduler.run();
        assertThat(isInMemory()).isTrue();

        actor.publisher().removeListener(listener);
        var _ = evict();
        sessions.scheduler.run();
        assertThat(isInMemory()).isFalse();
    }

    @Test
    void sessionWithActiveRunIsNotEvicted() {
        var _ = sessions.done(actor, run(1_000));
        var _ = evict();
        sessions.scheduler.run(5);

        assertThat(isInMemory()).isTrue();
    }

    @Test
    void sessionWithPausedRunIsEvicted() {
        var _ = sessions.done(actor, run(1_000));
        sessions.scheduler.run(3);
        var _ = sessions.done(actor, new Command.PauseRun(1));
        Image before = sessions.image(actor);
        var _ = evict();
        sessions.scheduler.run();

        assertThat(isInMemory()).isFalse();
        assertThat(sessions.image(actor)).isEqualTo(before);
    }

    @Test
    void sessionInStepCallIsNotEvicted() {
        var trained = sessions.send(actor, train(200));
        sessions.scheduler.run(3);
        var _ = evict();
        sessions.scheduler.run();

        assertThat(isInMemory()).isTrue();
        assertThat(trained).isCompleted();
    }

    @Test
    void sessionAnnouncedAsTrainingIsNotEvicted() {
        var _ = sessions.done(actor, new Command.AnnounceTraining(true));
        var _ = evict();
        sessions.scheduler.run();
        assertThat(isInMemory()).isTrue();

        var _ = sessions.done(actor, new Command.AnnounceTraining(false));
        var _ = evict();
        sessions.scheduler.run();
        assertThat(isInMemory()).isFalse();
    }

    @Test
    void sessionUsedMeanwhileIsNotEvicted() {
        var evicted = evict();
        sessions.ticker.advance(1_000_000);
        actor.touch();
        sessions.scheduler.run();

        assertThat(evicted).isCompleted();
        assertThat(isInMemory()).isTrue();
    }

    @Test
    void sessionUsedByACallIsNotEvicted() {
        actor.publisher().acquire(1);
        var _ = evict();
        sessions.scheduler.run();
        assertThat(actor.publisher().use()).isEqualTo(Publisher.Use.CALL);

        actor.publisher().release();
        assertThat(actor.publisher().use()).isEqualTo(Publisher.Use.IDLE);
        var _ = evict();
        sessions.scheduler.run();
        assertThat(actor.publisher().use()).isEqualTo(Publisher.Use.NONE);
    }

    @Test
    void memoryForTheRehydrationIsReservedUntilTheCallEnds() {
        Publisher publisher = actor.publisher();
        var _ = evict();
        sessions.scheduler.run();
        publisher.acquire(1000);
        publisher.acquire(1000);
        assertThat(sessions.memory.used()).isEqualTo(1000);

        publisher.release();
        assertThat(sessions.memory.used()).isEqualTo(1000);
        publisher.release();
        assertThat(sessions.memory.used()).isZero();
    }

    /// A call that begins after the last check finds the session in memory and reserves nothing.
    @Test
    void memoryStaysReservedForACallThatBeginsDuringTheEviction() {
        Publisher publisher = actor.publisher();
        long size = publisher.bytes();
        publisher.acquire(size);
        publisher.publishEvicted(publisher.state());
        assertThat(sessions.memory.used()).isEqualTo(size).isPositive();

        publisher.release();
        assertThat(sessions.memory.used()).isZero();
    }

    @Test
    void twoSessionsThatNeedTheMemoryOfEachOtherAreBothUsed() throws Exception {
        Publisher one = actor.publisher();
        Publisher other = new Publisher(one.state(), sessions.memory.share());
        var _ = evict();
        sessions.scheduler.run();
        long all = sessions.limits.memoryBytes();
        sessions.memory.onShortage((_, _) -> true);
        one.acquire(all);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> first = threads.submit(() -> other.acquire(all));
            Future<?> second = threads.submit(() -> other.acquire(all));
            one.release();
            first.get(10, TimeUnit.SECONDS);
            second.get(10, TimeUnit.SECONDS);
            assertThat(sessions.memory.used()).isEqualTo(all);
            Future<?> third = threads.submit(() -> one.acquire(all));
            assertThat(one.use()).isEqualTo(Publisher.Use.NONE);
            other.release();
            other.release();
            third.get(10, TimeUnit.SECONDS);
        }
        one.release();
        assertThat(sessions.memory.used()).isZero();
    }

    @Test
    void failedSnapshotKeepsSessionInMemory() {
        var _ = sessions.step(actor, 30);
        store.fail(true);
        var evicted = evict();
        sessions.scheduler.run();
        store.fail(false);

        assertThat(codeOf(evicted)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(isInMemory()).isTrue();
        int loads = store.loads();
        assertThat(sessions.step(actor, 1).last().step()).isEqualTo(31);
        assertThat(store.loads()).isEqualTo(loads);
        var _ = evict();
        sessions.scheduler.run();
        assertThat(isInMemory()).isFalse();
    }

    @Test
    void commandDuringSnapshotIsExecutedAfterwards() {
        var _ = sessions.step(actor, 5);
        store.hold();
        var evicted = evict();
        sessions.scheduler.run();
        var steered =
                sessions.send(
                        actor, new Command.Steer(OptionValues.of(ModelOption.LEARNING_RATE, 0.02)));
        store.release();
        sessions.scheduler.run();

        assertThat(evicted).isCompleted();
        assertThat(steered).isCompleted();
        assertThat(sessions.storedImage()).isEqualTo(sessions.image(actor));
    }

    @Test
    void sessionWatchedDuringSnapshotIsNotEvicted() {
        var _ = sessions.step(actor, 5);
        store.hold();
        var _ = evict();
        sessions.scheduler.run();
        actor.publisher().addListener(listener());
        store.release();

        assertThat(isInMemory()).isTrue();
    }

    @Test
    void sessionWithoutDocumentsIsRehydrated() {
        TestSessions other = new TestSessions();
        SessionActor empty = other.fresh(new MicroGpt(TestSessions.options().build()), null);
        var _ = other.done(empty, new Command.Begin(null));
        var _ = other.done(empty, new Command.Evict(Long.MAX_VALUE));
        assertThat(empty.publisher().isInMemory()).isFalse();

        var loaded = other.done(empty, new Command.Load(TestSessions.DOCUMENTS, false));
        assertThat(loaded.view().numDocs()).isEqualTo(5);
        assertThat(other.storedImage()).isEqualTo(other.image(empty));
    }
}
