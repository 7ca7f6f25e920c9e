package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.VersionCondition;
import dev.microgpt.session.history.Keyframes;
import dev.microgpt.session.history.SessionEvent;

import org.junit.jupiter.api.Test;

import java.util.Objects;

/// Memory, quota and keyframe budget are correct after deletion, eviction, rehydration and rollback.
final class ResourceReleaseTest {

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();
    private final Keyframes probe = new Keyframes();

    private long numParams() {
        long count = sessions.parameters.set(TestSessions.ID, 0);
        long _ = sessions.parameters.set(TestSessions.ID, count);
        return count;
    }

    /// Returns the number of sessions that share the keyframe budget.
    private long sharers() {
        sessions.environment.keyframes().join(probe);
        long part = probe.view().maxBytes();
        sessions.environment.keyframes().leave(probe);
        return sessions.limits.keyframeBytes() / part - 1;
    }

    private static Command.Replace replace(int nEmbd) {
        MicroGpt model = TestSessions.model(TestSessions.options().nEmbd(nEmbd).build());
        return new Command.Replace(model, SessionEvent.Kind.LOADED, null);
    }

    @Test
    void sessionIsCountedWithWhatItUses() {
        var view = actor.publisher().state().view();

        assertThat(numParams())
                .isEqualTo((long) Objects.requireNonNull(view.numParams()))
                .isPositive();
        assertThat(sessions.memory.used()).isEqualTo(actor.publisher().bytes()).isPositive();
        assertThat(sharers()).isEqualTo(1);
    }

    @Test
    void sessionDropsOldLossesWhileMemoryIsScarce() {
        TestSessions others = new TestSessions(new FakeStore(), 1000, 1000);
        SessionActor trained =
                others.begun(TestSessions.options().engine(EngineKind.TENSOR).build());
        var _ = others.step(trained, 200_000);
        LossHistory losses = trained.publisher().state().losses();
        long before = trained.publisher().bytes();
        try (Memory.Share calls = others.memory.share()) {
            calls.set(others.limits.memoryBytes() * 3 / 4);
            var _ = others.step(trained, 1);
            assertThat(losses.oldestExact()).isEqualTo(1);

            calls.set(others.limits.memoryBytes());
            for (int i = 0; i < 9; i++) {
                var _ = others.step(trained, 1);
            }
            assertThat(losses.size() - losses.oldestExact() + 1).isBetween(65_536L, 65_536L + 9);
            assertThat(trained.publisher().bytes()).isLessThan(before - Double.BYTES * 100_000L);
        }
        var _ = others.step(trained, 1000);
        assertThat(losses.size() - losses.oldestExact() + 1).isGreaterThan(66_000);
    }

    @Test
    void deletedSessionReleasesEverything() {
        var _ = sessions.step(actor, 20);
        var _ = sessions.done(actor, new Command.Delete());

        assertThat(numParams()).isZero();
        assertThat(sessions.memory.used()).isZero();
        assertThat(sharers()).isZero();
    }

    @Test
    void evictedSessionKeepsOnlyItsParameters() {
        long count = numParams();
        var _ = sessions.done(actor, new Command.Evict(Long.MAX_VALUE));
        assertThat(numParams()).isEqualTo(count);
        assertThat(sessions.memory.used()).isZero();
        assertThat(sharers()).isZero();

        var _ = sessions.step(actor, 1);
        assertThat(sharers()).isEqualTo(1);
        assertThat(sessions.memory.used()).isEqualTo(actor.publisher().bytes()).isPositive();
    }

    @Test
    void failedReplaceChangesNothing() {
        long count = numParams();
        long used = sessions.memory.used();
        store.fail(true);
        var replaced = sessions.send(actor, replace(16));
        sessions.scheduler.run();

        assertThat(codeOf(replaced)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(numParams()).isEqualTo(count);
        assertThat(sessions.memory.used()).isEqualTo(used);
        assertThat(sharers()).isEqualTo(1);
    }

    @Test
    void replaceBeyondQuotaChangesNothing() {
        long count = numParams();
        long _ = sessions.parameters.set(Caller.LOCAL.sessionId("other"), 1_000_000 - count);
        CallContext call =
                new CallContext(Caller.LOCAL, VersionCondition.NONE, null, sessions.memory.share());
        Image before = sessions.image(actor);
        var replaced = actor.send(replace(16), call);
        sessions.scheduler.run();

        assertThat(codeOf(replaced)).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
        assertThat(numParams()).isEqualTo(count);
        assertThat(sessions.image(actor)).isEqualTo(before);
    }

    @Test
    void replacedSessionIsCountedAnew() {
        long count = numParams();
        var _ = sessions.done(actor, replace(16));
        assertThat(numParams()).isGreaterThan(count);
        var _ =
                sessions.done(
                        actor,
                        new Command.Replace(
                                new MicroGpt(TestSessions.options().build()), null, null));

        assertThat(numParams()).isZero();
        assertThat(sessions.memory.used()).isZero();
    }

    @Test
    void rollbackInSlicesJoinsKeyframeBudgetOnce() {
        var _ = sessions.step(actor, 200);
        store.fail(true);
        var trained = sessions.send(actor, train(100));
        sessions.scheduler.run();

        assertThat(codeOf(trained)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(sharers()).isEqualTo(1);
        assertThat(sessions.memory.used()).isEqualTo(actor.publisher().bytes());
    }

    @Test
    void sessionDeletedDuringRehydrationReleasesEverything() {
        var _ = sessions.step(actor, 300);
        TestSessions other = new TestSessions(store, 1000);
        SessionActor evicted = other.stored();
        var _ = other.send(evicted, train(1));
        other.scheduler.run(4);
        var _ = other.done(evicted, new Command.Delete());
        other.environment.keyframes().join(probe);

        assertThat(probe.view().maxBytes()).isEqualTo(other.limits.keyframeBytes());
        assertThat(other.memory.used()).isZero();
        assertThat(other.parameters.set(TestSessions.ID, 0)).isZero();
    }
}
