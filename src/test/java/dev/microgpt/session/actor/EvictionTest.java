package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.run;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.history.Steering;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CompletableFuture;

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
        var steered = sessions.send(actor, new Command.Steer(new Steering(0.02, null, null)));
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
        var _ = other.done(empty, new Command.Begin());
        var _ = other.done(empty, new Command.Evict(Long.MAX_VALUE));
        assertThat(empty.publisher().isInMemory()).isFalse();

        var loaded = other.done(empty, new Command.Load(TestSessions.DOCUMENTS, false));
        assertThat(loaded.view().numDocs()).isEqualTo(5);
        assertThat(other.storedImage()).isEqualTo(other.image(empty));
    }
}
