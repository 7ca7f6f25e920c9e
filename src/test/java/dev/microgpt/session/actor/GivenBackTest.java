package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;
import static dev.microgpt.session.actor.TestSessions.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.VersionCondition;
import dev.microgpt.session.history.Keyframes;
import dev.microgpt.session.history.SessionEvent;

import org.junit.jupiter.api.Test;

import java.util.Objects;

/// Memory, quotas and keyframes' memory are as they were when a session is gone, away, or back.
final class GivenBackTest {

    private final TestSessions sessions = new TestSessions();
    private final FakeStore store = sessions.store;
    private final SessionActor actor = sessions.begun();
    private final Keyframes newcomer = new Keyframes();

    private long numParams() {
        long count = sessions.parameters.set(TestSessions.ID, 0);
        long _ = sessions.parameters.set(TestSessions.ID, count);
        return count;
    }

    /// How many share the memory for keyframes, apart from whoever asks.
    private long sharers() {
        sessions.environment.keyframes().join(newcomer);
        long part = newcomer.view().maxBytes();
        sessions.environment.keyframes().leave(newcomer);
        return sessions.limits.keyframeBytes() / part - 1;
    }

    private static Command.Replace replace(int nEmbd) {
        MicroGpt model = TestSessions.model(TestSessions.options().nEmbd(nEmbd).build());
        return new Command.Replace(model, SessionEvent.Kind.LOADED);
    }

    @Test
    void sessionTakesWhatItHas() {
        var view = actor.published().snapshot().view();

        assertThat(numParams())
                .isEqualTo((long) Objects.requireNonNull(view.numParams()))
                .isPositive();
        assertThat(sessions.memory.used()).isEqualTo(actor.published().bytes()).isPositive();
        assertThat(sharers()).isEqualTo(1);
    }

    @Test
    void deletedSession() {
        var _ = sessions.step(actor, 20);
        var _ = sessions.done(actor, new Command.Delete());

        assertThat(numParams()).isZero();
        assertThat(sessions.memory.used()).isZero();
        assertThat(sharers()).isZero();
    }

    @Test
    void sessionThatIsPutAwayKeepsItsParametersAlone() {
        long count = numParams();
        var _ = sessions.done(actor, new Command.Evict(Long.MAX_VALUE));
        assertThat(numParams()).isEqualTo(count);
        assertThat(sessions.memory.used()).isZero();
        assertThat(sharers()).isZero();

        var _ = sessions.step(actor, 1);
        assertThat(sharers()).isEqualTo(1);
        assertThat(sessions.memory.used()).isEqualTo(actor.published().bytes()).isPositive();
    }

    @Test
    void failedReplace() {
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
    void replaceBeyondTheQuotaChangesNothing() {
        long count = numParams();
        long _ = sessions.parameters.set(Caller.LOCAL.session("other"), 1_000_000 - count);
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
    void replacedSessionTakesWhatItHasNow() {
        long count = numParams();
        var _ = sessions.done(actor, replace(16));
        assertThat(numParams()).isGreaterThan(count);
        var _ =
                sessions.done(
                        actor,
                        new Command.Replace(new MicroGpt(TestSessions.options().build()), null));

        assertThat(numParams()).isZero();
        assertThat(sessions.memory.used()).isZero();
    }

    @Test
    void rollbackInSlicesJoinsTheKeyframesOnce() {
        var _ = sessions.step(actor, 200);
        store.fail(true);
        var trained = sessions.send(actor, train(100));
        sessions.scheduler.run();

        assertThat(codeOf(trained)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(sharers()).isEqualTo(1);
        assertThat(sessions.memory.used()).isEqualTo(actor.published().bytes());
    }

    @Test
    void sessionThatIsDeletedAsItComesBack() {
        var _ = sessions.step(actor, 300);
        TestSessions other = new TestSessions(store, 1000);
        SessionActor away = other.stored();
        var _ = other.send(away, train(1));
        other.scheduler.run(4);
        var _ = other.done(away, new Command.Delete());
        other.environment.keyframes().join(newcomer);

        assertThat(newcomer.view().maxBytes()).isEqualTo(other.limits.keyframeBytes());
        assertThat(other.memory.used()).isZero();
        assertThat(other.parameters.set(TestSessions.ID, 0)).isZero();
    }
}
